import type { ContractDifference } from "../protocol/contract_facts.ts";
import type { Reach } from "../protocol/reach.ts";
import type { RequestCommand } from "../protocol/request_command.ts";
import type { MapRun } from "../rpc/map_run.ts";
import type { RequestRun } from "../rpc/request_run.ts";
import type { ReplyTo } from "./call_record.ts";
import type { Caller } from "./effects.ts";
import type { RequestProgress } from "./request_progress.ts";

/** A request to be run. */
export interface RequestSpec {
  readonly commands: readonly RequestCommand[];
  /** Names of the commands whose results come back; `undefined` = those that no other command uses. */
  readonly wanted: readonly string[] | undefined;
  readonly caller: Caller;
  readonly deadlineAt: number;
  /** Commands that nobody offers wait for an offer. */
  readonly waits: boolean;
  /** How their providers are reached; `undefined` = as the node does it. */
  readonly reach: Reach | undefined;
  /** Whoever asked is told how it goes. Default: only its end is told. */
  readonly tellsProgress?: boolean;
  /** Results in between are needed here, so that none stays with its node. Default: they are not. */
  readonly needsAll?: boolean;
}

/** A request that runs. */
export interface ActiveRun {
  readonly id: number;
  readonly spec: RequestSpec;
  readonly run: RequestRun;
  readonly replyTo: ReplyTo;
  /** Calls on their way, by what they are for. */
  readonly calls: Map<string, number>;
  /** Commands that run for each item of a list, by their index. */
  readonly maps: Map<number, MapRun>;
  readonly progress: RequestProgress | undefined;
  /** Results that are got back, or made anew, by their command; with the commands that wait for them. */
  readonly regaining: Map<number, Set<number>>;
  /** Commands that were run again since a node was lost with their results. */
  readonly again: Set<number>;
  /** Length of what maps have given, in UTF-16 units of JSON. */
  mapUnits: number;
  /** Whether a command has begun to run. */
  hasRun: boolean;
  /** Whether whoever asked was told so. */
  isAccepted: boolean;
  /** Functions that ran under another contract than the one they were asked for by. */
  readonly differs: ContractDifference[];
}
