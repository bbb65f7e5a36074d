/** What may happen in a simulated federation. */
export type OperationKind =
  /** An offer comes; `value` chooses function, resources, radius and scope. */
  | "register"
  /** One of the node's offers goes. */
  | "withdraw"
  /** One of the node's offers goes and comes back with other resources or another radius, in one turn. */
  | "reregister"
  /** A node calls a function, whether anybody offers it or not. */
  | "call"
  /** A client calls a function. */
  | "clientCall"
  /** A node makes a request of several commands that feed each other. */
  | "request"
  /** A client does. */
  | "clientRequest"
  /** A node asks all its peers to tell everything anew. */
  | "resync"
  /** A node gets other rules for what may pass between clusters and what it lists; `value` chooses them. */
  | "policy"
  /** A node gets one more peer. */
  | "join"
  /** A path breaks: what is open over it is reset, its ends see that at different times. */
  | "cut"
  /** A path goes silent in both directions: nothing arrives, nobody is told. */
  | "silence"
  /** A path goes silent in one direction. */
  | "silenceOneWay"
  /** The nodes fall into two halves; `value` chooses halves, and whether it is silent, one-way, or a reset. */
  | "partition"
  /** Every path works again. */
  | "heal"
  /** A path works again. */
  | "repair"
  /** A process dies; its host closes its connections. */
  | "crash"
  /** A host dies without a word. */
  | "powerLoss"
  /** A process starts anew, with its peers and what it offers at start. */
  | "restart"
  /** The same, on a host whose clock went back: the new life sorts below the old one. */
  | "restartBehind"
  /** A node withdraws, says goodbye and ends. */
  | "leave"
  /** A process stands still. */
  | "stop"
  /** It goes on. */
  | "continue"
  /** One direction of a path becomes as slow as the simulator allows, or quick. */
  | "slow"
  /** One direction of a path holds one frame at a time, or any number. */
  | "narrow"
  /** A node's clock jumps. */
  | "clockJump";

/** Which faults there are, and how bad they get. Everything has a default. */
export interface FaultOptions {
  /** Least delay of a directed path, in ms. Default 1. Delays are log-uniform. */
  readonly latencyMsMin?: number;
  /** Greatest delay of a directed path, in ms, before jitter. Default 1,000. */
  readonly latencyMsMax?: number;
  /** A frame takes from `1 - jitter` to `1 + jitter` of its path's delay; frames never overtake. Default 0.5. */
  readonly jitter?: number;
  /** Chance that a directed path holds only a few frames, after which its sender is congested. Default 0.3. */
  readonly narrowChance?: number;
  /** How far clocks are off, in ms. Default 3,600,000. */
  readonly clockSkewMsMax?: number;
  /** How far a clock jumps ahead at once, in ms, log-uniform; back it jumps a 300th of that. Default 600,000. */
  readonly clockJumpMsMax?: number;
  /** Longest pause between two operations, in ms. Pauses are 0 in three of ten cases, else log-uniform;
   * half of the stories are ten times denser. Default 10,000. */
  readonly pauseMsMax?: number;
  /** How likely each operation is, relative to the others. Default: {@linkcode OPERATION_WEIGHTS}; 0 = never. */
  readonly weights?: Partial<Record<OperationKind, number>>;
}

/** Fault options with nothing left open. */
export type Faults = Required<FaultOptions> & {
  readonly weights: Readonly<Record<OperationKind, number>>;
};

/** How likely each operation is where the options do not say. */
export const OPERATION_WEIGHTS: Readonly<Record<OperationKind, number>> = {
  register: 8,
  withdraw: 4,
  reregister: 8,
  call: 8,
  clientCall: 4,
  request: 3,
  clientRequest: 2,
  resync: 3,
  policy: 3,
  join: 3,
  cut: 6,
  silence: 2,
  silenceOneWay: 2,
  partition: 2,
  heal: 4,
  repair: 10,
  crash: 3,
  powerLoss: 2,
  restart: 6,
  restartBehind: 2,
  leave: 1,
  stop: 2,
  continue: 3,
  slow: 3,
  narrow: 2,
  clockJump: 3,
};

/** Fills in the defaults. */
export function withDefaults(options: FaultOptions = {}): Faults {
  return {
    latencyMsMin: 1,
    latencyMsMax: 1_000,
    jitter: 0.5,
    narrowChance: 0.3,
    clockSkewMsMax: 3_600_000,
    clockJumpMsMax: 600_000,
    pauseMsMax: 10_000,
    ...options,
    weights: { ...OPERATION_WEIGHTS, ...options.weights },
  };
}
