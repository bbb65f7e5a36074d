/**
 * From messages to the JSON of `farcall.v1`: `type` first, keys in snake_case, payloads put in as the text they are.
 *
 * @module
 */

import type { CallError } from "./errors.ts";
import type { JsonObject } from "./json_value.ts";
import { encodePropagation, type OfferWriter } from "./v1_encode_offers.ts";
import { encodeRequest, encodeTake, encodeTakings } from "./v1_encode_requests.ts";
import type { CallMessage, V1Hello, V1Message } from "./v1_messages.ts";

function hello(message: V1Hello): string {
  const { type, role, url, cluster, incarnation, learnt } = message;
  return JSON.stringify({ type, role, url, cluster, incarnation, learnt });
}

function call(message: CallMessage): string {
  const { id, fun, resources, args, kwargs, timeoutMs, target, ttl, hedgeMs, contract } = message;
  const { credit, resumeFrom, offer, reach, streamed } = message;
  return `{"type":"call","id":${id},"fun":${JSON.stringify(fun)},` +
    `"resources":${JSON.stringify(resources)},"args":${args.text}` +
    (kwargs === undefined ? "" : `,"kwargs":${kwargs.text}`) +
    `,"timeout_ms":${timeoutMs}` +
    (target === undefined ? "" : `,"target":${JSON.stringify(target)}`) +
    (ttl === undefined ? "" : `,"ttl":${ttl}`) +
    (contract === undefined ? "" : `,"contract":${JSON.stringify(contract)}`) +
    (message.idempotent === undefined ? "" : `,"idempotent":true`) +
    (message.wait === undefined ? "" : `,"wait":true`) +
    (hedgeMs === undefined ? "" : `,"hedge_ms":${hedgeMs}`) +
    (credit === undefined ? "" : `,"credit":${credit}`) +
    (resumeFrom === undefined ? "" : `,"resume_from":${resumeFrom}`) +
    (streamed === undefined ? "" : `,"streamed":[${streamed.join(",")}]`) +
    (offer === undefined ? "" : `,"offer":${offer}`) +
    (message.keep === undefined ? "" : `,"keep":true`) +
    (message.takes === undefined ? "" : `,"takes":${encodeTakings(message.takes)}`) +
    (reach === undefined ? "" : `,"reach":"${reach}"`) + "}";
}

function arg({ arg }: { readonly arg?: number }): string {
  return arg === undefined ? "" : `,"arg":${arg}`;
}

function error(failure: CallError): JsonObject {
  const { code, message, ran, retryable, retryAfterMs, details } = failure;
  return {
    code,
    message,
    ran,
    retryable,
    ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }),
    ...(details === undefined ? {} : { details }),
  };
}

/** The JSON text of one message. */
export function encodeV1Message(message: V1Message, writer: OfferWriter): string {
  switch (message.type) {
    case "hello":
      return hello(message);
    case "members":
      return JSON.stringify({
        type: "members",
        hops: message.hops,
        add: message.add,
        gone: message.gone,
      });
    case "call":
      return call(message);
    case "request":
      return encodeRequest(message);
    case "result":
      return `{"type":"result","id":${message.id},"value":${message.value.text}` +
        (message.kept === undefined ? "" : `,"kept":${JSON.stringify(message.kept)}`) +
        (message.differs === undefined ? "}" : `,"differs":${JSON.stringify(message.differs)}}`);
    case "take":
      return encodeTake(message);
    case "release":
      return JSON.stringify({ type: "release", ticket: message.ticket });
    case "items":
      return `{"type":"items","id":${message.id}${arg(message)},` +
        `"values":${message.batch.list.text}}`;
    case "credit":
      return `{"type":"credit","id":${message.id}${arg(message)},"units":${message.units}}`;
    case "end":
    case "stop":
      return `{"type":"${message.type}","id":${message.id},"arg":${message.arg}}`;
    case "error":
      return JSON.stringify({ type: "error", id: message.id, error: error(message.error) });
    case "offer": {
      const { type, id, fun, resources, maxHops, scope, concurrency, queue, contract } = message;
      const told = { type, id, fun, resources, max_hops: maxHops, scope, concurrency, queue };
      return JSON.stringify({ ...told, contract });
    }
    case "withdraw":
    case "cancel":
    case "accepted":
      return `{"type":"${message.type}","id":${message.id}}`;
    case "explain": {
      const { type, id, fun, resources, reach } = message;
      return JSON.stringify({ type, id, fun, resources, reach });
    }
    case "ping":
    case "pong":
      return `{"type":"${message.type}"}`;
    case "goodbye":
      return JSON.stringify({ type: "goodbye", reason: message.reason, last: message.last });
    default:
      return encodePropagation(message, writer);
  }
}
