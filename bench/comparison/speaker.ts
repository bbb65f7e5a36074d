/**
 * A node, as far as telling offers goes: one rule of propagation, whatever it is.
 *
 * @module
 */

/** An offer as its node has it: a second one of the same function takes the first one's place. */
export interface Told {
  /** The function. */
  readonly fun: string;
  /** How far it is told. */
  readonly maxHops: number;
}

/** What a node lists: by `origin function`, the distance. */
export type Listed = ReadonlyMap<string, number>;

/** One life of a node. */
export interface Speaker<Message> {
  /** Offers a function, in place of one of the same name. */
  register(offer: Told): void;
  /** Takes an offer back. */
  withdraw(fun: string): void;
  /** A link to another node is up. */
  linkUp(link: number, peer: number, peerLife: number): void;
  /** A link is gone. */
  linkDown(link: number): void;
  /** A frame came in. */
  receive(link: number, message: Message): void;
  /** The end of a turn: says what is to be said. */
  turn(send: (link: number, message: Message) => void): void;
  /** What is listed of others. */
  listed(): Listed;
}

/** How nodes speak. */
export interface Rule<Message> {
  /** For the table. */
  readonly name: string;
  /** A node that has just started. */
  begin(node: number, life: number): Speaker<Message>;
}

/** Under what an offer is listed. */
export function keyOf(origin: number, fun: string): string {
  return `${origin} ${fun}`;
}
