import type { Contestant } from "./contestant.ts";
import { farcall } from "./farcall_nodes.ts";

/** A call by name. */
export const CONTESTANT: Contestant = farcall((client, text) => client.call("echo", [text]));
