// deno-lint-ignore-file no-console
/**
 * One client of the storm of calls, as a process. Its plan is its only argument, as JSON; it prints when it has nothing more
 * to do.
 *
 * @module
 */
import { connect } from "@farcall/farcall/client";
import { type CallerPlan, StormCaller } from "./storm_caller.ts";
import { Journal } from "./storm_journal.ts";

const plan: CallerPlan & { readonly urls: readonly string[] } = JSON.parse(Deno.args[0] ?? "");
const client = await connect(plan.urls, { connectTimeout: 60_000 });
void new StormCaller(plan, new Journal(plan.directory, plan.name)).callOn(client).then(() => {
  console.log(JSON.stringify({ event: "rest", left: "{}" }));
});
// Whoever started it holds its input open, and is gone when that ends.
for await (const _ of Deno.stdin.readable);
Deno.exit();
