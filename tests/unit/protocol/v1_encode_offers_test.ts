import { assertEquals } from "@std/assert";
import { WRITTEN_OFFERS_TEXT_MAX } from "../../../lib/protocol/limits.ts";
import { functionName, resourceName } from "../../../lib/protocol/names.ts";
import { OfferWriter } from "../../../lib/protocol/v1_encode_offers.ts";
import type { VersionedOffer } from "../../../lib/protocol/v1_messages.ts";

function offersOf(count: number, fun: string, resources: readonly string[] = []): VersionedOffer[] {
  return Array.from({ length: count }, (_, id) => ({
    offer: { id, fun: functionName(fun), resources: resources.map(resourceName) },
    at: 1,
  }));
}

function asJson(offers: readonly VersionedOffer[]): unknown {
  return offers.map(({ offer: { id, fun, resources }, at }) =>
    resources.length === 0 ? [id, fun, at] : [id, fun, at, resources]
  );
}

Deno.test("OfferWriter writes the same content again, and each content its own", () => {
  const writer = new OfferWriter();
  const [one, other] = [offersOf(2, 'a"b'), offersOf(1, "f", ["gpu"])];
  for (const offers of [one, other, one, other]) {
    for (const isWhole of [true, false]) {
      assertEquals(JSON.parse(writer.write(offers, isWhole)), asJson(offers));
    }
  }
});

Deno.test("OfferWriter writes right when what it remembers is over its limit", () => {
  const writer = new OfferWriter();
  const long = offersOf(4_096, "x".repeat(256));
  const some = [long, offersOf(3, "f"), offersOf(2_000, "y".repeat(250)), long];
  assertEquals(writer.write(long, true).length > WRITTEN_OFFERS_TEXT_MAX, true);
  for (const offers of [...some, ...some]) {
    assertEquals(JSON.parse(writer.write(offers, true)), asJson(offers));
  }
});
