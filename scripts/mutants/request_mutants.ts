import type { Mutant } from "./mutant.ts";

const HAND_OVER = "tests/unit/core/hand_over_test.ts";
const MAPS = "tests/unit/core/request_maps_test.ts";

/** Requests: what refers to what, maps, and results that go from node to node. */
export const REQUEST_MUTANTS: readonly Mutant[] = [
  {
    name: "a receipt is taken for a result",
    breaks: "I8",
    edits: [{
      file: "lib/core/request_runner.ts",
      find: "else if (outcome.kept === undefined) this.#finish",
      put: "else if (outcome.kept?.units !== 0) this.#finish",
    }],
    tests: [HAND_OVER],
  },
  {
    name: "a receipt that nobody asked for is taken",
    breaks: "I8",
    edits: [{
      file: "lib/core/value_takings.ts",
      find: "|| attempt?.keeps === true) return outcome;",
      put: "|| attempt?.keeps !== undefined) return outcome;",
    }],
    tests: [HAND_OVER],
  },
  {
    name: "a result that was handed over is kept for ever",
    breaks: "I7",
    edits: [{
      file: "lib/core/hand_over.ts",
      find: "        this.#rooms.calls.takings.release(turn, kept);\n        run.forget(index);\n",
      put: "        run.forget(index);\n",
    }],
    tests: [HAND_OVER],
  },
  {
    name: "a kept result outlives the time of its call and its owner",
    breaks: "I7",
    edits: [{
      file: "lib/core/kept_values.ts",
      find: "Math.min(kept.until, now + KEPT_ORPHAN_MS)",
      put: "now + 1_000 * KEPT_ORPHAN_MS",
    }],
    tests: ["tests/unit/core/kept_values_test.ts"],
  },
  {
    name: "a kept result is let go while commands still need it",
    breaks: "I8",
    edits: [{
      file: "lib/core/hand_over.ts",
      find: "run.usersOf(index).every((user) =>",
      put: "run.usersOf(index).some((user) =>",
    }],
    tests: [HAND_OVER],
  },
  {
    name: "a function runs again since its result was lost, whatever it does",
    breaks: "I8",
    edits: [{
      file: "lib/core/request_runner.ts",
      find: "command?.idempotent === true && active.again.size < REGAINS_MAX",
      put: "active.again.size < REGAINS_MAX",
    }],
    tests: [HAND_OVER],
  },
  {
    name: "a call that could not get what it needs is tried at one node after the other",
    breaks: "I8",
    edits: [{
      file: "lib/core/call_verdict.ts",
      find: "  if (isUntaken(error)) return false;\n",
      put: "",
    }],
    tests: [HAND_OVER],
  },
  {
    name: "a function runs before all that it needs is there",
    breaks: "I8",
    edits: [{
      file: "lib/core/value_takings.ts",
      find: "    if (gathering.missing > 0) return;\n",
      put: "",
    }],
    tests: [HAND_OVER],
  },
  {
    name: "what is got for a call that has ended goes on",
    breaks: "I8",
    edits: [{
      file: "lib/core/value_takings.ts",
      find: "for (const call of gathering.calls.values()) this.#rooms.cancel(turn, call, error);",
      put: "turn.owner.report.toString();",
    }],
    tests: [HAND_OVER],
  },
  {
    name: "clients may have results kept",
    breaks: "I7",
    edits: [{
      file: "lib/core/v1_door.ts",
      find: `message.keep === true && record.role !== "client"`,
      put: "message.keep === true",
    }],
    tests: [HAND_OVER],
  },
  {
    name: "a map gives its results in the order in which they came",
    breaks: "I8",
    edits: [{
      file: "lib/rpc/map_run.ts",
      find: "this.#results[part] = value;",
      put: "this.#results[this.#done] = value;",
    }],
    tests: [MAPS],
  },
  {
    name: "a map runs more at once than it may",
    breaks: "I7",
    edits: [{
      file: "lib/rpc/map_run.ts",
      find: "this.#open.size >= this.#concurrency",
      put: "this.#open.size > this.#concurrency",
    }],
    tests: [MAPS],
  },
  {
    name: "a list of any length is mapped over",
    breaks: "I7",
    edits: [{
      file: "lib/core/request_runner.ts",
      find: "list === undefined || list.length > MAP_ITEMS_MAX",
      put: "list === undefined",
    }],
    tests: [MAPS],
  },
  {
    name: "what was put into arguments is searched again",
    breaks: "I8",
    edits: [{
      file: "lib/rpc/references.ts",
      find: "if (branch.ref !== undefined) return resolve(branch.ref, value);",
      put: "if (branch.ref !== undefined) {\n" +
        "      return put(resolve(branch.ref, value), { ref: undefined, inner: branch.inner });\n    }",
    }],
    tests: ["tests/unit/rpc/references_test.ts"],
  },
];
