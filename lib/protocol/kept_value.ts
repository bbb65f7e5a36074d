/**
 * Results that stay with the node that has them until whoever needs them asks for them: what is said of them on the way.
 *
 * @module
 */

import type { NodeUrl } from "./names.ts";
import type { Place } from "./request_command.ts";

/** A receipt: the result is there, and who has it. */
export interface KeptValue {
  /** The node that keeps it. */
  readonly holder: NodeUrl;
  /** By which it is asked for: nobody else can guess it. */
  readonly ticket: string;
  /** Length of its JSON text, in UTF-16 units. */
  readonly units: number;
}

/** A value that whoever runs a call has to get first. */
export interface Taking {
  /** Where it is put in. */
  readonly at: Place;
  /** The node that keeps it. */
  readonly holder: NodeUrl;
  /** By which it is asked for. */
  readonly ticket: string;
  /** Fields from the value inwards. */
  readonly path: readonly string[];
}
