/**
 * Who takes part. Each is a module of its own, loaded in the processes that need it: the other ways to call are packages that
 * farcall itself does not have.
 *
 * @module
 */

/** Where a contestant is. */
export interface Entry {
  /** Its module, from this folder; it exports `CONTESTANT`. */
  readonly module: string;
  /** Servers that stand between the client and the one that runs the function. Default: none. */
  readonly relays?: number;
  /** Whether it is another way to call functions, with packages of its own. Default: no. */
  readonly isPeer?: true;
}

/** All contestants by the name they are shown with. */
export const CONTESTANTS: Readonly<Record<string, Entry>> = {
  "bare socket": { module: "./bare_socket.ts" },
  "coalesced socket": { module: "./coalesced_socket.ts" },
  "farcall": { module: "./farcall_named.ts" },
  "farcall, contract": { module: "./farcall_contract.ts" },
  "farcall, one relay": { module: "./farcall_named.ts", relays: 1 },
  "farcall, two relays": { module: "./farcall_named.ts", relays: 2 },
  "Moleculer": { module: "../peers/moleculer.ts", isPeer: true },
  "Socket.IO": { module: "../peers/socket_io.ts", isPeer: true },
  "tRPC": { module: "../peers/trpc.ts", isPeer: true },
  "NATS": { module: "../peers/nats.ts", isPeer: true },
  "gRPC": { module: "../peers/grpc.ts", isPeer: true },
  "Cap'n Web": { module: "../peers/capnweb.ts", isPeer: true },
};
