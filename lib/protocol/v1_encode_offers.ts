import type { JsonObject } from "./json_value.ts";
import type { GroupName, OffersMessage, PropagationMessage } from "./v1_messages.ts";

function group(name: GroupName): JsonObject {
  const { origin, incarnation, maxHops, scope, cluster, writer, base } = name;
  return {
    origin,
    incarnation,
    max_hops: maxHops,
    scope,
    cluster,
    ...(writer === undefined ? {} : { writer }),
    base,
  };
}

function held(
  list: readonly { readonly group: GroupName; readonly seq: number }[],
): readonly JsonObject[] {
  return list.map((one) => ({ group: group(one.group), seq: one.seq }));
}

/** Put together by hand: these are most of what a node says, and objects made for `JSON.stringify` would be thrown away. */
function offers(message: OffersMessage): string {
  const { handle, from, to, final, floor } = message;
  const add = message.add.map(({ offer, at }) => {
    const resources = offer.resources.length === 0 ? "[]" : JSON.stringify(offer.resources);
    const contract = offer.contract === undefined
      ? ""
      : `,"contract":${JSON.stringify(offer.contract)}`;
    return `{"id":${offer.id},"fun":${
      JSON.stringify(offer.fun)
    },"resources":${resources}${contract},"at":${at}}`;
  });
  const del = message.del.map(({ id, at }) => `{"id":${id},"at":${at}}`);
  return `{"type":"offers","handle":${handle},"from":${from},"to":${to},"final":${final},` +
    `"add":[${add.join(",")}],"del":[${del.join(",")}],"floor":${floor}}`;
}

/** The JSON text of one message by which offers travel. */
export function encodePropagation(message: PropagationMessage): string {
  switch (message.type) {
    case "name":
      return JSON.stringify({
        type: "name",
        handle: message.handle,
        group: group(message.group),
      });
    case "digest":
      return JSON.stringify({ type: "digest", held: held(message.held), last: message.last });
    case "reach":
      return `{"type":"reach","handle":${message.handle},` +
        `"hop_count":${message.hopCount ?? null},"seq":${message.seq}}`;
    case "offers":
      return offers(message);
    case "want":
      return `{"type":"want","handle":${message.handle},"have":${message.have}}`;
    case "resync":
      return JSON.stringify({ type: "resync", held: held(message.held) });
    case "fresh":
      return '{"type":"fresh"}';
  }
}
