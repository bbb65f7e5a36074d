import { assert } from "@std/assert";
import * as limits from "../../../lib/protocol/limits.ts";

Deno.test("limits are all positive safe integers", () => {
  for (const [name, value] of Object.entries(limits)) {
    assert(Number.isSafeInteger(value) && value > 0, `${name} is ${value}`);
  }
});

Deno.test("limits of answers to the reference stay below the size at which it closes", () => {
  assert(limits.LEGACY_ANSWER_BYTES_MAX < 1024 * 1024);
  assert(limits.LEGACY_ANSWER_BYTES_MAX < limits.MESSAGE_BYTES_MAX);
});

Deno.test("limits let an announcement id hold a URL and a name", () => {
  assert(limits.ANNOUNCEMENT_ID_BYTES_MAX > limits.URL_BYTES_MAX + limits.NAME_BYTES_MAX);
});

Deno.test("limits of time stand in their order", () => {
  assert(limits.CALL_TIMEOUT_MS_DEFAULT <= limits.CALL_TIMEOUT_MS_MAX);
  assert(limits.PING_AFTER_MS < limits.DEAD_AFTER_MS);
  assert(limits.RECONNECT_MS < limits.RECONNECT_MS_MAX);
  assert(limits.COOL_DOWN_MS < limits.COOL_DOWN_MS_MAX);
  // A peer of the reference forgets a node after 60 s and hears at most every 25 s in the worst of its rounds.
  assert(limits.LEGACY_HELLO_MS <= 25_000);
  assert(limits.LEGACY_REFRESH_MS * 2 < limits.TRACKER_TTL_MS);
});

Deno.test("limits of calls widen from client to node", () => {
  assert(limits.PENDING_CALLS_PER_CLIENT_MAX < limits.PENDING_CALLS_PER_LINK_MAX);
  assert(limits.PENDING_CALLS_PER_LINK_MAX < limits.PENDING_CALLS_PER_NODE_MAX);
  assert(limits.RUNNING_FUNCTIONS_MAX <= limits.PENDING_CALLS_PER_NODE_MAX);
});

Deno.test("limits of hops agree", () => {
  assert(limits.MAX_HOPS_DEFAULT <= limits.MAX_HOPS_CEILING);
  assert(limits.RELAY_TTL_MAX >= limits.MAX_HOPS_CEILING);
});

Deno.test("limits of queues and messages agree", () => {
  assert(limits.SEND_QUEUE_SOFT_BYTES < limits.SEND_QUEUE_HARD_BYTES);
  assert(limits.MESSAGE_BYTES_MAX < limits.SEND_QUEUE_HARD_BYTES);
});
