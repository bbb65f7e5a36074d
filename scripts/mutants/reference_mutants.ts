import type { Mutant } from "./mutant.ts";

const TRACKER = "tests/property/tracker_twin_test.ts";
const GATEWAY = "tests/unit/federation/reference_gateway_test.ts";

/** What stands between our nodes and those that flood: the tracker of ids and the gateway. */
export const REFERENCE_MUTANTS: readonly Mutant[] = [
  {
    name: "the tracker forgets nothing",
    breaks: "I7",
    edits: [{
      file: "lib/federation/announcement_tracker.ts",
      find: "this.#oldest.expiresAt <= now) this.#dropOldest();",
      put: "this.#oldest.expiresAt <= -now) this.#dropOldest();",
    }],
    tests: [TRACKER],
  },
  {
    name: "the tracker takes a shorter copy for a duplicate",
    breaks: "I1",
    edits: [{
      file: "lib/federation/announcement_tracker.ts",
      find: `return "shorter";`,
      put: `return "duplicate";`,
    }],
    tests: [TRACKER],
  },
  {
    name: "the tracker holds more than its capacity",
    breaks: "I7",
    edits: [{
      file: "lib/federation/announcement_tracker.ts",
      find: "if (this.#seen.size >= this.#capacity) this.#dropOldest();",
      put: "",
    }],
    tests: [TRACKER],
  },
  {
    name: "the gateway does not count the link over which it heard",
    breaks: "I5",
    edits: [{
      file: "lib/federation/reference_intake.ts",
      find: "const base = hopCount + 1;",
      put: "const base = Math.max(1, hopCount);",
    }],
    tests: [GATEWAY],
  },
  {
    name: "the gateway takes its own copies for news when they come back",
    breaks: "I4",
    edits: [{
      file: "lib/federation/reference_intake.ts",
      find:
        `if (hopCount >= limit || (id !== "" && this.#isEcho(id, hopCount, now))) return false;`,
      put: "if (hopCount >= limit) return false;",
    }],
    tests: [GATEWAY],
  },
  {
    name: "the gateway says a shorter copy by an id that is known",
    breaks: "I1",
    edits: [{
      file: "lib/federation/reference_floods.ts",
      find: `const shown = verdict === "new" ? id : shorterId(id, hopCount);`,
      put: "const shown = id;",
    }],
    tests: [GATEWAY],
  },
  {
    name: "what came through a far gateway never expires",
    breaks: "I3",
    edits: [{
      file: "lib/federation/reference_facts.ts",
      find: "if (expiresAt <= now) offers.delete(key);",
      put: "if (expiresAt <= -now) offers.delete(key);",
    }],
    tests: [GATEWAY],
  },
];
