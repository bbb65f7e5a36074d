import type { FunctionRegistry, Listing } from "../federation/function_registry.ts";
import { type AskedContract, ofContract } from "../protocol/contract_facts.ts";
import { type CallError, callError, type ErrorCode } from "../protocol/errors.ts";
import type { FunctionName, NodeUrl, ResourceName } from "../protocol/names.ts";
import type { Reach } from "../protocol/reach.ts";
import { nearNames } from "../rpc/near_names.ts";
import type { ProviderSelection } from "../rpc/provider_selection.ts";

/** Offers named in an explanation, at most. */
const EXPLAINED_MAX = 64;
/** Offers named in an error, at most. */
const NEAR_MISSES_MAX = 8;

/** Why an offer is taken or passed over, for programs. */
export const OFFER_REASONS = [
  /** It is among the nearest: the call goes to one of those, the less busy first. */
  "taken",
  /** It would do; others are nearer. */
  "farther",
  /** Its provider has not all that is asked for. */
  "lacks",
  /** Its provider failed again and again, and is left alone for a while. */
  "resting",
  /** Its provider said that it leaves. */
  "leaving",
  /** It is heard of, and a rule of this node's cluster keeps it out. */
  "policy",
  /** Its address did not answer a moment ago, and calls may not or can't be passed along links to it. */
  "unreachable",
  /** Something that a later version knows. */
  "other",
] as const;

/** Why an offer is taken or passed over, for programs. */
export type OfferReason = (typeof OFFER_REASONS)[number];

/** How a call would get to an offer's node. */
export const OFFER_PATHS = [
  /** It is the node that was asked. */
  "here",
  /** Over a link or another connection that is open. */
  "link",
  /** Its address would be dialled; if that is not answered soon, and there is a way, it goes along links. */
  "dial",
  /** Along links, from node to node. */
  "relay",
  /** Not at all. */
  "none",
  /** A way that a later version knows. */
  "other",
] as const;

/** How a call would get to an offer's node. */
export type OfferPath = (typeof OFFER_PATHS)[number];

/** One offer and why it is taken or passed over. */
export interface ExplainedOffer {
  /** The node that hosts the function. */
  readonly origin: string;
  /** Its cluster. */
  readonly cluster: string;
  /** Links to it. */
  readonly distance: number;
  /** How far the offer travels. */
  readonly maxHops: number;
  /** What its provider has. */
  readonly resources: readonly string[];
  /** Why it is taken or passed over, for programs. */
  readonly reason: OfferReason;
  /** The same for people. */
  readonly why: string;
  /** What was asked for and it has not. */
  readonly lacks: readonly string[];
  /** How a call would get to it. */
  readonly path: OfferPath;
}

/** What would become of a call. */
export interface Explanation {
  /** The function in question. */
  readonly function: string;
  /** The resources that would be asked for. */
  readonly resources: readonly string[];
  /** The node that was asked. */
  readonly at: string;
  /** How the call would end at once; `undefined` = it would be sent. */
  readonly code?: ErrorCode;
  /** Every offer of the function that the node knows, nearest first; 64 at most. */
  readonly offers: readonly ExplainedOffer[];
  /** Names that were perhaps meant, where nobody offers this one. */
  readonly didYouMean: readonly string[];
}

/** What an explanation looks at. */
export interface ExplainRooms {
  readonly registry: FunctionRegistry;
  readonly selection: ProviderSelection;
  readonly at: NodeUrl;
  /** Offers of a function that are heard of and kept out by a rule. */
  readonly keptOut: (fun: FunctionName) => readonly Listing[];
  /** How a call would get to a node. */
  readonly path: (to: NodeUrl, reach: Reach | undefined, now: number) => OfferPath;
}

/** A call that might be made. */
export interface Asked {
  readonly fun: FunctionName;
  readonly resources: readonly ResourceName[];
  /** How its provider is to be reached; `undefined` = as the node does it. */
  readonly reach?: Reach | undefined;
}

/** Explains where a call would go from here, and why nowhere else. */
export function explain(
  rooms: ExplainRooms,
  { fun, resources, reach }: Asked,
  now: number,
): Explanation {
  const known = rooms.registry.offersOf(fun);
  const paths = known.map(({ origin }) => rooms.path(origin, reach, now));
  const reasons = known.map((offer, index) =>
    obstacle(rooms.selection, offer, resources, now) ??
      (paths[index] === "none" ? unreachable(reach) : undefined)
  );
  const able = known.filter((_, index) => reasons[index]?.reason !== "lacks");
  const isReached = known.some((_, index) =>
    reasons[index]?.reason !== "lacks" && paths[index] !== "none"
  );
  const healthy = known.filter((_, index) => reasons[index] === undefined);
  // When all that could do it rest, the nearest are used anyway.
  const nearest = (healthy[0] ?? able[0])?.distance;
  const offers = known.map((offer, index): ExplainedOffer => {
    const isChoice = healthy.length > 0 ? healthy.includes(offer) : able.includes(offer);
    const choice = offer.distance === nearest ? TAKEN : FARTHER;
    const why = isChoice && paths[index] !== "none" ? choice : reasons[index] ?? FARTHER;
    return { ...described(offer, why), path: paths[index] ?? "none" };
  });
  const keptOut = rooms.keptOut(fun).map((offer): ExplainedOffer => ({
    ...described(offer, policy(offer.cluster)),
    path: "none",
  }));
  const code = able.length === 0
    ? codeOf(known.length + keptOut.length)
    : isReached
    ? undefined
    : "UNAVAILABLE";
  return {
    function: fun,
    resources,
    at: rooms.at,
    ...(code === undefined ? {} : { code }),
    offers: [...offers, ...keptOut].slice(0, EXPLAINED_MAX),
    didYouMean: known.length > 0 ? [] : nearNames(fun, rooms.registry.functions()),
  };
}

/** Why nobody can be called, as the error that says so: unknown here, or known and not to be had. */
export function noProvider(
  rooms: ExplainRooms,
  { fun, resources, asked }: {
    readonly fun: FunctionName;
    readonly resources: readonly ResourceName[];
    readonly asked?: AskedContract | undefined;
  },
  now: number,
): CallError {
  const able = rooms.registry.providers(fun, resources);
  if (asked !== undefined && able.length > 0 && ofContract(able, asked).length === 0) {
    return contractMismatch(fun, able, rooms.at, asked);
  }
  const { offers, didYouMean } = explain(rooms, { fun, resources }, now);
  if (offers.length === 0) {
    const [guess] = didYouMean;
    const hint = guess === undefined ? "check the name" : `did you mean ${guess}`;
    const message = `No node in reach of ${rooms.at} offers ${fun}: ${hint}, or raise maxHops ` +
      `where it is registered`;
    const more = guess === undefined ? {} : { details: { didYouMean } };
    return callError("FUNCTION_NOT_FOUND", message, "no", more);
  }
  const message = `No provider in reach of ${rooms.at} for ${fun} with ` +
    `[${resources.join(", ")}]: ${whyNot(offers)}`;
  const nearMisses = offers.slice(0, NEAR_MISSES_MAX)
    .map(({ origin, distance, reason, why, lacks }) => ({ origin, distance, reason, why, lacks }));
  return callError("NO_PROVIDER", message, "no", { details: { nearMisses } });
}

function contractMismatch(
  fun: FunctionName,
  able: readonly Listing[],
  at: NodeUrl,
  asked: AskedContract,
): CallError {
  const nearMisses = able.slice(0, NEAR_MISSES_MAX).map(({ origin, distance, contract }) => ({
    ...{ origin, distance, contract: contract?.digest ?? null, version: contract?.version ?? null },
  }));
  const message = `Every provider of ${fun} in reach of ${at} goes by another contract than the ` +
    `caller: bring both to the same edition, or call with mismatch "warn"`;
  return callError("CONTRACT_MISMATCH", message, "no", {
    details: { asked: asked.digest, nearMisses },
  });
}

/** A reason, in both forms. */
type Why = Pick<ExplainedOffer, "reason" | "why" | "lacks">;

const TAKEN: Why = { reason: "taken", why: "it is among the nearest", lacks: [] };
const FARTHER: Why = { reason: "farther", why: "others are nearer", lacks: [] };

function policy(cluster: string): Why {
  return { reason: "policy", why: `the import policy keeps out cluster ${cluster}`, lacks: [] };
}

function unreachable(reach: Reach | undefined): Why {
  const relayed = reach === "direct" ? "the call may not be relayed" : "no link leads to it";
  const why = reach === "relay"
    ? "no link leads to it"
    : `its address did not answer, and ${relayed}`;
  return { reason: "unreachable", why, lacks: [] };
}

function codeOf(offers: number): ErrorCode {
  return offers === 0 ? "FUNCTION_NOT_FOUND" : "NO_PROVIDER";
}

function whyNot(offers: readonly ExplainedOffer[]): string {
  const texts = new Set(offers.map(({ why }) => why));
  const [only] = texts;
  if (offers.length === 1) return `the one offer is no help, ${only}`;
  if (texts.size === 1) return `of ${offers.length} offers none is a help, ${only} (each)`;
  return `none of ${offers.length} offers is a help, see nearMisses`;
}

function obstacle(
  selection: ProviderSelection,
  offer: Listing,
  resources: readonly ResourceName[],
  now: number,
): Why | undefined {
  const lacks = resources.filter((wanted) => !offer.resources.includes(wanted));
  if (lacks.length > 0) return { reason: "lacks", why: `it lacks ${lacks.join(", ")}`, lacks };
  const rest = selection.restOf(offer.origin, now);
  if (rest === undefined) return undefined;
  if (rest.because === "leaving") return { reason: "leaving", why: "it is leaving", lacks };
  const forMs = Math.ceil(rest.until - now);
  return { reason: "resting", why: `it failed several times and rests for ${forMs} ms`, lacks };
}

function described(offer: Listing, why: Why): Omit<ExplainedOffer, "path"> {
  const { origin, cluster, distance, maxHops, resources } = offer;
  return { origin, cluster, distance, maxHops, resources, ...why };
}
