import type { Mutant } from "./mutant.ts";

const CORE = "tests/unit/core/";
const RPC = "tests/unit/rpc/";

/** How calls end: once, in time, with the truth about what ran. */
export const CALL_MUTANTS: readonly Mutant[] = [
  {
    name: "a call that ended stays in the table",
    breaks: "I8",
    edits: [{
      file: "lib/rpc/pending_calls.ts",
      find: "    this.#entries.delete(id);\n",
      put: "",
    }],
    tests: [RPC],
  },
  {
    name: "the deadline of a call that ended stays",
    breaks: "I7 I8",
    edits: [{
      file: "lib/rpc/pending_calls.ts",
      find: "    this.#deadlines.remove(entry.deadline);\n",
      put: "",
    }],
    tests: [RPC],
  },
  {
    name: "an answer counts, whoever gives it",
    breaks: "I8",
    edits: [{
      file: "lib/core/call_attempts.ts",
      find: "return attempt?.connection === connection ? attempt : undefined;",
      put: "return attempt?.connection === undefined ? undefined : attempt;",
    }],
    tests: [CORE],
  },
  {
    name: "the time that is left does not shrink on the way",
    breaks: "I8",
    edits: [{
      file: "lib/core/call_sending.ts",
      find: "timeoutMs: Math.max(1, Math.ceil(deadlineAt - turn.now)),",
      put: "timeoutMs: Math.max(1, Math.ceil(deadlineAt - attempt.call.startedAt)),",
    }],
    tests: [CORE],
  },
  {
    name: "a function is given the whole time, however late it begins",
    breaks: "I8",
    edits: [{
      file: "lib/core/local_runs.ts",
      find: "timeoutMs: deadlineAt - turn.now,",
      put: "timeoutMs: deadlineAt - attempt.call.startedAt,",
    }],
    tests: [CORE],
  },
  {
    name: "a call waits for an address that does not answer until the dial is given up",
    breaks: "I8",
    edits: [{
      file: "lib/core/call_placing.ts",
      find: "if (endsAt !== undefined && endsAt > turn.now) this.#headStarts.set(attempt, endsAt);",
      put: "",
    }],
    tests: [CORE],
  },
  {
    name: "an address that did not answer is waited for again by each call",
    breaks: "I8",
    edits: [{
      file: "lib/core/call_connections.ts",
      find: "target.silentUntil = turn.now + SILENT_MS;",
      put: "",
    }],
    tests: [CORE],
  },
  {
    name: "who passes on a call that is to be relayed dials its provider",
    breaks: "I8",
    edits: [{
      file: "lib/core/call_sending.ts",
      find: "...reachWord(spec.reach),",
      put: "",
    }],
    tests: [CORE],
  },
  {
    name: "a frame that comes twice runs its function twice",
    breaks: "I8",
    edits: [{
      file: "lib/core/v1_door.ts",
      find: "if (id <= record.lastTaken || record.saidGoodbye) return false;",
      put: "if (record.saidGoodbye) return false;",
    }],
    tests: [CORE],
  },
  {
    name: "a node that leaves takes calls in",
    breaks: "I8",
    edits: [{
      file: "lib/core/v1_door.ts",
      find: "if (!isFull && (isTaken || !this.#isDraining())) return true;",
      put: "if (!isFull) return true;",
    }],
    tests: [CORE],
  },
  {
    name: "one connection may have any number of calls running",
    breaks: "I7",
    edits: [{
      file: "lib/core/v1_door.ts",
      find: "const isFull = record.inbound.size >= max;",
      put: "const isFull = record.inbound.size < 0;",
    }],
    tests: [CORE],
  },
  {
    name: "a cancellation is heard and not obeyed",
    breaks: "I8",
    edits: [{
      file: "lib/core/v1_door.ts",
      find: `if (task?.kind === "call") this.#calls.cancel(turn, task.id, error);`,
      put: `if (task?.kind === "call") return;`,
    }],
    tests: [CORE],
  },
  {
    name: "a cancellation is not passed on to where the function runs",
    breaks: "I8",
    edits: [{
      file: "lib/core/call_placing.ts",
      find: `turn.edges.send(connection.id, { type: "cancel", id: attempt.wire });`,
      put: "turn.now;",
    }],
    tests: [CORE],
  },
  {
    name: "a function that nobody waits for frees its slot while it runs",
    breaks: "I7 I8",
    edits: [{
      file: "lib/core/function_table.ts",
      find: "if (this.#running.has(invocation)) this.#stuck.add(invocation);",
      put: "this.ended(invocation);",
    }],
    tests: [CORE],
  },
  {
    name: "retries cost nothing",
    breaks: "I8",
    edits: [{
      file: "lib/rpc/retry_budget.ts",
      find: "    this.#tokens -= 1;\n",
      put: "",
    }],
    tests: [RPC, CORE],
  },
  {
    name: "a call is tried at one provider after the other without an end",
    breaks: "I8",
    edits: [{
      file: "lib/core/call_placing.ts",
      find: "(tried?.size ?? 0) >= RETRIES_MAX) return false;",
      put: "(tried?.size ?? 0) >= 100 * RETRIES_MAX) return false;",
    }],
    tests: [CORE],
  },
  {
    name: "what the peer says of a function that runs is not believed",
    breaks: "I8",
    edits: [{
      file: "lib/core/call_router.ts",
      find: "    attempt.hasRun = true;\n    this.lasts(turn, attempt);",
      put: "    this.lasts(turn, attempt);",
    }],
    tests: [CORE],
  },
  {
    name: "nobody is told that a function has begun",
    breaks: "I8",
    edits: [{
      file: "lib/core/call_router.ts",
      find: "    this.#rooms.tellAccepted(turn, call.replyTo);\n",
      put: "",
    }],
    tests: [CORE],
  },
  {
    name: "an offer does not wake the calls that wait for it",
    breaks: "I8",
    edits: [{
      file: "lib/core/missing_calls.ts",
      find: "if (this.#byFunction.has(fun)) this.#stirred.add(fun);",
      put: "if (!this.#byFunction.has(fun)) this.#stirred.add(fun);",
    }],
    tests: [CORE],
  },
  {
    name: "any number of calls may wait for a provider",
    breaks: "I7",
    edits: [{
      file: "lib/core/missing_calls.ts",
      find: "    if (this.#size >= PARKED_CALLS_MAX) return false;\n",
      put: "",
    }],
    tests: [CORE],
  },
  {
    name: "a function runs more often at once than it may",
    breaks: "I7",
    edits: [{
      file: "lib/core/function_table.ts",
      find: "return registration.running < registration.concurrency &&",
      put: "return registration.running <= registration.concurrency &&",
    }],
    tests: [CORE],
  },
  {
    name: "a call waits in line for a slot without an end",
    breaks: "I8",
    edits: [{
      file: "lib/core/local_runs.ts",
      find: "    this.#setTimer(attempt, turn.now + QUEUED_MS_MAX);\n",
      put: "",
    }],
    tests: [CORE],
  },
  {
    name: "a slot that became free is given to nobody",
    breaks: "I8",
    edits: [{
      file: "lib/core/local_runs.ts",
      find: "    this.serve(turn);\n    return true;",
      put: "    return true;",
    }],
    tests: [CORE],
  },
  {
    name: "a client sends a call that may have run again",
    breaks: "I8",
    edits: [{
      file: "lib/core/client_calls.ts",
      find: "if (mayRunAgain(call) && call.tries <= RETRIES_MAX) {",
      put: "if (call.tries <= RETRIES_MAX) {",
    }],
    tests: [CORE],
  },
  {
    name: "a client forgets that a call may have run before",
    breaks: "I8",
    edits: [{
      file: "lib/core/client_calls.ts",
      find: "    else call.ranBefore = ranOf(call);\n",
      put: "",
    }],
    tests: [CORE],
  },
  {
    name: "of two providers that are asked, the first to fail decides",
    breaks: "I8",
    edits: [{
      file: "lib/core/call_router.ts",
      find: "    if (record.attempts.length > 0) return;\n",
      put: "",
    }],
    tests: [CORE],
  },
  {
    name: "a relayed call may go on for ever",
    breaks: "I4 I8",
    edits: [{
      file: "lib/core/call_placing.ts",
      find: "target === self.url || ttl > 0)",
      put: "target === self.url || ttl > -1000)",
    }],
    tests: [CORE],
  },
];
