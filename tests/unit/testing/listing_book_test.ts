import { assertEquals } from "@std/assert";
import type { Listing } from "../../../lib/federation/function_registry.ts";
import {
  clusterId,
  functionName,
  incarnation,
  maxHops,
  nodeUrl,
} from "../../../lib/protocol/names.ts";
import { ListingBook } from "../../../lib/testing/listing_book.ts";

const LISTING: Listing = {
  fun: functionName("f"),
  resources: [],
  origin: nodeUrl("ws://a.example:9000"),
  incarnation: incarnation("1"),
  cluster: clusterId("c"),
  distance: 1,
  dialect: "farcall",
  maxHops: maxHops(3),
};

function bookWithOne(): ListingBook {
  const book = new ListingBook();
  book.born("b");
  book.told("b", { type: "offer_added", listing: LISTING });
  return book;
}

Deno.test("ListingBook finds what vanished for a while and is there again (I11)", () => {
  const book = bookWithOne();
  book.beginEpisode();
  book.told("b", { type: "offer_lost", listing: LISTING });
  assertEquals(book.flickers([{ name: "b" }]), [], "what is gone for good does not flicker");
  book.told("b", { type: "offer_added", listing: LISTING });
  assertEquals(book.flickers([{ name: "b" }]).map(({ invariant }) => invariant), ["I11"]);
  book.beginEpisode();
  assertEquals(book.flickers([{ name: "b" }]), []);
});

Deno.test("ListingBook finds where reports do not add up to the list", () => {
  const book = bookWithOne();
  assertEquals(book.differences("b", [LISTING]), []);
  assertEquals(book.differences("b", []).length, 1);
  assertEquals(book.differences("b", [{ ...LISTING, distance: 2 }]).length, 1);
  assertEquals(book.differences("b", [LISTING, { ...LISTING, fun: functionName("g") }]).length, 1);
  book.born("b");
  assertEquals(book.differences("b", []), [], "a new life lists nothing");
});
