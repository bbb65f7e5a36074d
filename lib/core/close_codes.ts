/** Codes with which a node ends a connection; the peer's people read the reason beside it. */
export const CLOSE = {
  /** All is well. */
  normal: 1000,
  /** The node stops. */
  goingAway: 1001,
  /** The peer broke the protocol. */
  protocol: 4400,
  /** The handshake did not end in time, or was not accepted. */
  unauthenticated: 4401,
  /** The peer sent what its role may not. */
  forbidden: 4403,
  /** Nothing was heard from the peer for too long, or it does not read. */
  unresponsive: 4408,
  /** Another node lives under this URL, or the peer is not the one that was dialled. */
  identityConflict: 4409,
  /** A limit on connections is reached. */
  tooMany: 4429,
} as const;
