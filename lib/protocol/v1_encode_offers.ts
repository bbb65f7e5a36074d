import type { JsonObject } from "./json_value.ts";
import { WRITTEN_OFFERS_TEXT_MAX } from "./limits.ts";
import type {
  GroupName,
  OffersMessage,
  PropagationMessage,
  VersionedOffer,
} from "./v1_messages.ts";

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

function offerText({ offer: { id, fun, resources, contract }, at }: VersionedOffer): string {
  const begin = `[${id},${JSON.stringify(fun)},${at}`;
  if (resources.length === 0 && contract === undefined) return `${begin}]`;
  const owned = `${begin},${JSON.stringify(resources)}`;
  return contract === undefined ? `${owned}]` : `${owned},${JSON.stringify(contract)}]`;
}

/**
 * Writes lists of offers, and remembers those of whole contents for a while: a node says the same content to one
 * neighbour after the other.
 */
export class OfferWriter {
  // By the list itself: a content is never changed, only replaced.
  readonly #written = new Map<readonly VersionedOffer[], string>();
  #length = 0;

  /** The list's JSON; `isWhole` = it will be written again. */
  write(offers: readonly VersionedOffer[], isWhole: boolean): string {
    const known = isWhole ? this.#written.get(offers) : undefined;
    if (known !== undefined) return known;
    const text = `[${offers.map(offerText).join(",")}]`;
    if (isWhole) this.#keep(offers, text);
    return text;
  }

  #keep(offers: readonly VersionedOffer[], text: string): void {
    this.#length += text.length;
    if (this.#length > WRITTEN_OFFERS_TEXT_MAX) {
      this.#written.clear();
      this.#length = text.length;
    }
    if (text.length <= WRITTEN_OFFERS_TEXT_MAX) this.#written.set(offers, text);
  }
}

/** Put together by hand: these are most of what a node says, and objects made for `JSON.stringify` would be thrown away. */
function offers(message: OffersMessage, writer: OfferWriter): string {
  const { handle, from, to, final, floor } = message;
  const add = writer.write(message.add, from === 0);
  const del = message.del.map(({ id, at }) => `[${id},${at}]`);
  return `{"type":"offers","handle":${handle},"from":${from},"to":${to},"final":${final},` +
    `"add":${add},"del":[${del.join(",")}],"floor":${floor}}`;
}

/** The JSON text of one message by which offers travel. */
export function encodePropagation(message: PropagationMessage, writer: OfferWriter): string {
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
      return offers(message, writer);
    case "want":
      return `{"type":"want","handle":${message.handle},"have":${message.have}}`;
    case "resync":
      return JSON.stringify({ type: "resync", held: held(message.held) });
    case "fresh":
      return '{"type":"fresh"}';
  }
}
