import { BOOLEAN, CLUSTER, TEXT, URL_OF_NODE } from "./field_shapes.ts";
import { listOf, optional, own, required, type Shape, ShapeDefect } from "./json_fields.ts";
import type { JsonObject } from "./json_value.ts";
import { ERROR_MESSAGE_MAX, LINKS_MAX } from "./limits.ts";
import {
  decodeAccepted,
  decodeCall,
  decodeCancel,
  decodeError,
  decodeExplain,
  decodeOffer,
  decodeResult,
  decodeWithdraw,
} from "./v1_decode_calls.ts";
import {
  decodeDigest,
  decodeFresh,
  decodeName,
  decodeOffers,
  decodeReach,
  decodeResync,
  decodeWant,
  type OfferReader,
} from "./v1_decode_offers.ts";
import { decodeRelease, decodeRequest, decodeTake } from "./v1_decode_requests.ts";
import { decodeCredit, decodeEnd, decodeItems, decodeStop } from "./v1_decode_streams.ts";
import type { MembersMessage, V1Goodbye, V1Hello, V1Message } from "./v1_messages.ts";
import { CALL_ID, INCARNATION } from "./v1_shapes.ts";

const ROLE: Shape<V1Hello["role"]> = {
  expected: "link, caller or client",
  parse: (value) =>
    value === "link" || value === "caller" || value === "client" ? value : undefined,
};

function hello(value: JsonObject): V1Hello {
  const role = required(value, "role", ROLE);
  const read = role === "client" ? optional : required;
  const url = read(value, "url", URL_OF_NODE);
  const cluster = read(value, "cluster", CLUSTER);
  const incarnation = read(value, "incarnation", INCARNATION);
  return {
    type: "hello",
    role,
    ...(url === undefined ? {} : { url }),
    ...(cluster === undefined ? {} : { cluster }),
    ...(incarnation === undefined ? {} : { incarnation }),
    ...(optional(value, "learnt", BOOLEAN) === true ? { learnt: true } : {}),
  };
}

const URLS = listOf(URL_OF_NODE, LINKS_MAX);
const MEMBER_HOPS: Shape<1 | 2> = {
  expected: "1 or 2",
  parse: (value) => value === 1 || value === 2 ? value : undefined,
};

function members(value: JsonObject): MembersMessage {
  return {
    type: "members",
    hops: required(value, "hops", MEMBER_HOPS),
    add: required(value, "add", URLS),
    gone: required(value, "gone", URLS),
  };
}

function goodbye(value: JsonObject): V1Goodbye {
  const last = optional(value, "last", CALL_ID);
  return {
    type: "goodbye",
    reason: required(value, "reason", TEXT).slice(0, ERROR_MESSAGE_MAX),
    ...(last === undefined ? {} : { last }),
  };
}

type Reader = (value: JsonObject, offers: OfferReader) => V1Message;

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ["hello", hello],
  ["members", members],
  ["name", decodeName],
  ["digest", decodeDigest],
  ["reach", decodeReach],
  ["offers", decodeOffers],
  ["want", decodeWant],
  ["resync", decodeResync],
  ["fresh", decodeFresh],
  ["call", decodeCall],
  ["request", decodeRequest],
  ["take", decodeTake],
  ["release", decodeRelease],
  ["explain", decodeExplain],
  ["accepted", decodeAccepted],
  ["offer", decodeOffer],
  ["withdraw", decodeWithdraw],
  ["items", decodeItems],
  ["credit", decodeCredit],
  ["end", decodeEnd],
  ["stop", decodeStop],
  ["result", decodeResult],
  ["error", decodeError],
  ["cancel", decodeCancel],
  ["ping", () => ({ type: "ping" })],
  ["pong", () => ({ type: "pong" })],
  ["goodbye", goodbye],
]);

/**
 * One message of a frame.
 *
 * @param offers How the codec reads offers.
 * @throws {ShapeDefect} If it is none.
 */
export function decodeV1Message(value: JsonObject, offers: OfferReader): V1Message {
  const type = own(value, "type");
  const read = typeof type === "string" ? READERS.get(type) : undefined;
  if (read === undefined) throw new ShapeDefect("Field type is no known message");
  return read(value, offers);
}
