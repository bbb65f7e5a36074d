/**
 * What takes part in the echo comparison: each contestant has a server and a client, which run in processes of their own.
 *
 * @module
 */

/** A client that is connected. */
export interface EchoClient {
  /** Calls the far function `echo` with a text; resolves with what came back. */
  echo(text: string): Promise<unknown>;
  /** Ends the connection. */
  close(): Promise<void>;
}

/** One way to call a function in another process. */
export interface Contestant {
  /**
   * Starts a server; it lives as long as its process.
   *
   * @param next The address of the server behind this one; `undefined`: this one runs the function.
   * @returns The address for whoever comes next: a server in front of it, or the client.
   */
  serve(next: string | undefined): Promise<string>;
  /** Connects a client to the foremost server. */
  connect(address: string): Promise<EchoClient>;
}
