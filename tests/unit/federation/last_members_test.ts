import { assertEquals } from "@std/assert";
import { LastMembers } from "../../../lib/federation/last_members.ts";
import {
  LAST_MEMBER_MS_MAX,
  LAST_MEMBERS_MAX,
  LINKS_MAX,
  UNPROVEN_MEMBER_MS_MAX,
} from "../../../lib/protocol/limits.ts";
import { type NodeUrl, nodeUrl } from "../../../lib/protocol/names.ts";

const self = nodeUrl("ws://self.example");
const [a, b, c] = [nodeUrl("ws://a.example"), nodeUrl("ws://b.example"), nodeUrl("ws://c.example")];
const nobody = (): boolean => false;

Deno.test("LastMembers tells of nodes that were linked and are neither linked nor told of, the last dialled last", () => {
  const book = new LastMembers(self);
  for (const url of [a, b, c]) book.met(url, true);
  assertEquals(book.away(0, (url) => url !== b, false), [b]);
  assertEquals(book.away(1, nobody, false), [a, b, c]);
  book.dialled(a);
  assertEquals(book.away(2, nobody, false), [b, c, a]);
  book.forget(c);
  assertEquals(book.away(3, nobody, false), [b, a]);
  assertEquals(book.away(4, () => true, false), []);
});

Deno.test("LastMembers forgets after a day, whom it never dialled after an hour, and nobody while it is alone", () => {
  const book = new LastMembers(self);
  book.met(a, true);
  book.met(b, false);
  book.away(0, nobody, false);
  assertEquals(book.away(UNPROVEN_MEMBER_MS_MAX, nobody, false), [a, b]);
  assertEquals(book.away(1e12, nobody, true), [a, b]);
  assertEquals(book.away(UNPROVEN_MEMBER_MS_MAX + 1, nobody, false), [a]);
  assertEquals(book.away(LAST_MEMBER_MS_MAX, nobody, false), [a]);
  assertEquals(book.away(LAST_MEMBER_MS_MAX + 1, nobody, false), []);
  assertEquals(book.size, 0);
});

Deno.test("LastMembers counts the time away from the last time that a node was there", () => {
  const book = new LastMembers(self);
  book.met(a, true);
  book.away(0, nobody, false);
  book.away(LAST_MEMBER_MS_MAX - 1, () => true, false);
  book.away(LAST_MEMBER_MS_MAX, nobody, false);
  assertEquals(book.away(LAST_MEMBER_MS_MAX + 5, nobody, false), [a]);
});

Deno.test("LastMembers lets those go first that were never dialled, and then the longest lost", () => {
  const book = new LastMembers(self);
  const many = Array.from({ length: LAST_MEMBERS_MAX }, (_, at) => nodeUrl(`ws://n${at}.example`));
  book.met(a, false);
  for (const url of many) book.met(url, true);
  const isThere = (those: readonly NodeUrl[]) => (url: NodeUrl): boolean => !those.includes(url);
  book.away(0, isThere(many.slice(0, 1)), false);
  assertEquals(book.away(1, nobody, false), many);
  book.met(b, true);
  assertEquals(book.away(2, nobody, false), [...many.slice(1), b]);
});

Deno.test("LastMembers takes no address that must not be dialled, and never holds more than its limit", () => {
  const book = new LastMembers(self);
  book.met(nodeUrl("ws://127.0.0.1:6379"), false);
  assertEquals(book.size, 0);
  for (let at = 0; at < 2_000; at += 1) book.met(nodeUrl(`ws://n${at}.example`), false);
  assertEquals(book.size, LINKS_MAX + LAST_MEMBERS_MAX);
});
