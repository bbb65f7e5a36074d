import { assertEquals, assertLess, assertMatch } from "@std/assert";
import type { RawPeer } from "./raw_peer.ts";

/** Ends in a close with one code and one short sentence. */
export async function assertClosed(peer: RawPeer, code: number, about?: RegExp): Promise<void> {
  const ended = await peer.ended();
  assertEquals(ended.code, code, ended.reason);
  assertMatch(ended.reason, about ?? /^\S.{2,}$/);
  assertLess(new TextEncoder().encode(ended.reason).length, 124);
}

/** A ping is answered: all before it was taken, and the connection lives. */
export async function assertLives(peer: RawPeer): Promise<void> {
  peer.say({ type: "ping" });
  await peer.nextOf("pong");
}

/** Id, code and `ran` of an error message. */
export function errorOf(message: unknown): unknown[] {
  const { id, error } = message as { id: number; error: { code: string; ran: string } };
  return [id, error.code, error.ran];
}
