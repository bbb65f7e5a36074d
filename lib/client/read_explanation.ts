import {
  type ExplainedOffer,
  type Explanation,
  OFFER_PATHS,
  OFFER_REASONS,
} from "../core/explain.ts";
import { callError, type ErrorCode, FarcallError, isErrorCode } from "../protocol/errors.ts";
import { INTEGER, OBJECT, TEXT } from "../protocol/field_shapes.ts";
import { listOf, optional, required, type Shape, ShapeDefect } from "../protocol/json_fields.ts";
import type { JsonValue } from "../protocol/json_value.ts";

/** Entries of any list in an explanation, at most. */
const ENTRIES_MAX = 4_096;

const TEXTS = listOf(TEXT, ENTRIES_MAX);
const CODE: Shape<ErrorCode> = {
  expected: "an error code",
  parse: (value) => isErrorCode(value) ? value : undefined,
};
const OFFER: Shape<ExplainedOffer> = {
  expected: "an explained offer",
  parse(value) {
    const offer = OBJECT.parse(value);
    if (offer === undefined) return undefined;
    const reason = required(offer, "reason", TEXT);
    const path = optional(offer, "path", TEXT);
    return {
      origin: required(offer, "origin", TEXT),
      cluster: required(offer, "cluster", TEXT),
      distance: required(offer, "distance", INTEGER),
      maxHops: required(offer, "maxHops", INTEGER),
      resources: required(offer, "resources", TEXTS),
      reason: OFFER_REASONS.find((known) => known === reason) ?? "other",
      why: required(offer, "why", TEXT),
      lacks: required(offer, "lacks", TEXTS),
      path: OFFER_PATHS.find((known) => known === path) ?? "other",
    };
  },
};
const OFFERS = listOf(OFFER, ENTRIES_MAX);

/**
 * Reads what a node says of a question.
 *
 * @throws {FarcallError} `PROTOCOL` if it is no explanation.
 */
export function readExplanation(value: JsonValue): Explanation {
  try {
    const made = OBJECT.parse(value);
    if (made === undefined) throw new ShapeDefect("Not an object");
    const code = optional(made, "code", CODE);
    return {
      function: required(made, "function", TEXT),
      resources: required(made, "resources", TEXTS),
      at: required(made, "at", TEXT),
      ...(code === undefined ? {} : { code }),
      offers: required(made, "offers", OFFERS),
      didYouMean: required(made, "didYouMean", TEXTS),
    };
  } catch (caught) {
    if (!(caught instanceof ShapeDefect)) throw caught;
    const error = callError("PROTOCOL", `The node's answer is no explanation: ${caught.message}`);
    throw new FarcallError(error, { cause: caught });
  }
}
