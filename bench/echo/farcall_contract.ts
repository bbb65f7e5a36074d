import type { Contestant } from "./contestant.ts";
import { ECHO, farcall } from "./farcall_nodes.ts";

/** A call by contract. */
export const CONTESTANT: Contestant = farcall((client, text) => client.call(ECHO, [text]));
