/**
 * Streamed arguments under a contract, as a function gets them: each item is checked when it is read.
 *
 * @module
 */

import { type Checked, checkValue, type FieldIssue, type Soon } from "../contract/checking.ts";
import type { StandardSchema } from "../contract/standard_schema.ts";
import { streamedItem } from "../contract/streamed.ts";
import type { ContractTerms } from "../contract/terms.ts";
import { batchOf } from "../protocol/item_batch.ts";
import { IncomingItems } from "./incoming_items.ts";
import { type ItemChecks, ItemStream } from "./item_stream.ts";

/** Makes the error of an item that its schema does not take. */
export type RefuseItem = (issues: readonly FieldIssue[]) => Error;

/** What is wrong with arguments that are streams and should be none, or the other way round. */
export function streamIssues(terms: ContractTerms, args: readonly unknown[]): FieldIssue[] {
  return terms.args.flatMap((_, place) => {
    const path = `args[${place}]`;
    const arg = args[place];
    const isStream = arg instanceof ItemStream;
    if (streamedItem(terms, place) === undefined) {
      return isStream ? [{ path, message: "A stream, where one value is expected" }] : [];
    }
    return isStream || Array.isArray(arg) ? [] : [{ path, message: "Expected a stream or a list" }];
  });
}

/** One streamed argument; a list stands for a stream where its caller has none. */
export function checkedStream(
  schema: StandardSchema,
  given: unknown,
  place: number,
  refuse: RefuseItem,
): ItemStream<unknown> {
  let number = 0;
  const checks: ItemChecks = {
    item(value): Soon<unknown> {
      const checked = checkValue(schema, value, `args[${place}][${number}]`);
      number += 1;
      const judge = (made: Checked<unknown>): unknown => {
        if (made.ok) return made.value;
        throw refuse(made.issues);
      };
      return checked instanceof Promise ? checked.then(judge) : judge(checked);
    },
    error: (error) => error,
  };
  if (given instanceof ItemStream) return given.checkedBy(checks);
  const items = new IncomingItems({ read: () => {}, cancel: () => {} });
  const list = Array.isArray(given) ? given : [];
  if (list.length > 0) items.push(batchOf(list.map((item) => JSON.stringify(item))));
  items.finish();
  return new ItemStream(items, checks);
}
