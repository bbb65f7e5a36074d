import { assert, assertEquals } from "@std/assert";
import { MemberBook } from "../../../lib/federation/member_book.ts";
import { LEARNT_REST_MS, MEMBERS_MAX } from "../../../lib/protocol/limits.ts";
import { clusterId, incarnation, maxHops, nodeUrl } from "../../../lib/protocol/names.ts";
import type { MembersMessage } from "../../../lib/protocol/v1_messages.ts";

const self = { url: nodeUrl("ws://self.example"), cluster: clusterId("c") };

function told(hops: 1 | 2, add: string[], gone: string[] = []): MembersMessage {
  return { type: "members", hops, add: add.map(nodeUrl), gone: gone.map(nodeUrl) };
}

function group(index: number, origin: string, distance: number | undefined, cluster = "c") {
  const name = {
    ...{ origin: nodeUrl(origin), incarnation: incarnation("1"), maxHops: maxHops(3) },
    ...{ scope: "", cluster: clusterId(cluster), base: 0 },
  };
  return { index, name, distance, offers: [] };
}

Deno.test("MemberBook sees a node as long as a neighbour or an offer tells of it", () => {
  const book = new MemberBook(self);
  book.heard(1, told(1, ["ws://a.example", "ws://b.example"]));
  book.heard(2, told(2, ["ws://a.example"]));
  book.groupChanged(group(7, "ws://a.example", 2));
  assertEquals([...book.seen()], [["ws://a.example", 3], ["ws://b.example", 1]]);
  book.linkEnded(1);
  assertEquals([...book.seen()], [["ws://a.example", 2]]);
  assertEquals([...book.remembered()], ["ws://b.example"]);
  book.heard(2, told(2, [], ["ws://a.example"]));
  book.groupChanged(group(7, "ws://a.example", undefined));
  assertEquals([...book.seen()], []);
});

Deno.test("MemberBook takes no node of another cluster, no gateway's word, not itself, and no address it must not dial", () => {
  const book = new MemberBook(self);
  book.groupChanged(group(1, "ws://a.example", 1, "d"));
  const proxied = group(2, "ws://b.example", 1);
  const writer = nodeUrl("ws://g.example");
  book.groupChanged({ ...proxied, name: { ...proxied.name, writer, base: 1 } });
  book.heard(1, told(1, [self.url, "ws://127.0.0.1:6379"]));
  assertEquals(book.size, 0);
});

Deno.test("MemberBook follows a group's number to another origin", () => {
  const book = new MemberBook(self);
  book.groupChanged(group(1, "ws://a.example", 1));
  book.groupChanged(group(1, "ws://b.example", 1));
  assertEquals([...book.seen()], [["ws://b.example", 1]]);
});

Deno.test("MemberBook passes on what neighbours told of their own links only", () => {
  const book = new MemberBook(self);
  book.heard(1, told(1, ["ws://a.example"]));
  book.heard(2, told(1, ["ws://a.example"]));
  book.heard(2, told(2, ["ws://b.example"]));
  assertEquals([...book.near()], ["ws://a.example"]);
  book.linkEnded(2);
  assertEquals([...book.near()], ["ws://a.example"]);
  book.linkEnded(1);
  assertEquals([...book.near()], []);
});

Deno.test("MemberBook lets who was given up rest, longer each time, and forgets whom nobody sees", () => {
  const book = new MemberBook(self);
  const url = nodeUrl("ws://a.example");
  book.heard(1, told(1, [url]));
  book.gaveUp(url, 1_000);
  assertEquals(book.restsUntil(url), 1_000 + LEARNT_REST_MS);
  book.gaveUp(url, 0);
  assertEquals(book.restsUntil(url), 2 * LEARNT_REST_MS);
  book.met(url);
  assertEquals(book.restsUntil(url), 0);
  book.gaveUp(url, 0);
  book.linkEnded(1);
  assertEquals(book.size, 0);
});

Deno.test("MemberBook lets nobody rest for more than an hour", () => {
  const book = new MemberBook(self);
  const url = nodeUrl("ws://a.example");
  book.heard(1, told(1, [url]));
  for (let times = 0; times < 100; times += 1) book.gaveUp(url, 0);
  assertEquals(book.restsUntil(url), 60 * 60 * 1_000);
});

Deno.test("MemberBook never holds more than its limit, and gives up those out of sight first", () => {
  const book = new MemberBook(self);
  const many = Array.from({ length: 600 }, (_, index) => `ws://n${index}.example`);
  book.heard(1, told(1, many.slice(0, 400)));
  book.linkEnded(1);
  assertEquals([...book.remembered()].length, 400);
  for (let link = 2; link < 6; link += 1) {
    book.heard(link, told(1, many.map((url) => url.replace("n", `l${link}x`)).slice(0, 512)));
  }
  assertEquals(book.size, MEMBERS_MAX);
  assertEquals([...book.remembered()], []);
  for (let link = 1; link < 6; link += 1) book.linkEnded(link);
  assert([...book.seen()].length === 0 && book.size <= MEMBERS_MAX);
});
