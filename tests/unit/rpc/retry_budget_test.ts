import { assert, assertEquals } from "@std/assert";
import { RetryBudget } from "../../../lib/rpc/retry_budget.ts";

/** How many retries it pays for in a row. */
function spent(budget: RetryBudget): number {
  let count = 0;
  while (budget.spend()) count += 1;
  return count;
}

Deno.test("RetryBudget begins with ten retries and earns one with ten good calls", () => {
  const budget = new RetryBudget();
  assertEquals(spent(budget), 10);
  for (let call = 0; call < 9; call += 1) budget.earn();
  assert(!budget.spend());
  // Two more, since a tenth is no round number in binary.
  for (let call = 0; call < 2; call += 1) budget.earn();
  assert(budget.spend() && !budget.spend());
});

Deno.test("RetryBudget saves a thousand retries and no more", () => {
  const budget = new RetryBudget();
  for (let call = 0; call < 100_000; call += 1) budget.earn();
  assertEquals(spent(budget), 1_000);
});
