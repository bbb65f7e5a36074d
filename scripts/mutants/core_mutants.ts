import type { Mutant } from "./mutant.ts";

const SAFETY = "tests/simulation/safety_test.ts";
const LIVENESS = "tests/simulation/liveness_test.ts";
const CALL_ENDS = "tests/property/i8_calls_end_once_test.ts";

/** What whole nodes do besides: links that come back, peers that fall silent, calls that end. */
export const CORE_MUTANTS: readonly Mutant[] = [
  {
    name: "a silent peer is never given up",
    breaks: "I3 I10",
    edits: [{
      file: "lib/core/heartbeat.ts",
      find: "if (silentMs >= (isOurs ? DEAD_AFTER_MS",
      put: "if (silentMs >= (isOurs ? Infinity",
    }],
    tests: [LIVENESS],
  },
  {
    name: "a peer that was lost is not dialled again",
    breaks: "I6 I10",
    edits: [{
      file: "lib/core/peer_dialer.ts",
      find: `    peer.state = "waiting";\n`,
      put: "",
    }],
    tests: [SAFETY],
  },
  {
    name: "the link to a peer's former life is preferred to its new one",
    breaks: "I3 I6",
    edits: [{
      file: "lib/core/link_keeper.ts",
      find: "if (old.peer?.incarnation !== peer.incarnation) return true;",
      put: "if (old.peer?.incarnation !== peer.incarnation) return false;",
    }],
    tests: ["tests/unit/core/link_lives_test.ts"],
  },
  {
    name: "a replaced link goes although its peer still needs it to tell",
    breaks: "I11",
    edits: [{
      file: "lib/core/hand_overs.ts",
      find: "&& this.#router.isSpare(old.id)",
      put: "",
    }],
    tests: ["tests/unit/core/link_keeper_test.ts"],
  },
  {
    name: "a replaced link goes before the peer was told everything over the other one",
    breaks: "I11",
    edits: [{
      file: "lib/core/hand_overs.ts",
      find: "if (!this.#router.isSettled(heir.id))",
      put: "if (heir.id === old.id)",
    }],
    tests: ["tests/unit/core/link_keeper_test.ts"],
  },
  {
    name: "whoever is out of sight is looked for once",
    breaks: "I1 I6",
    edits: [{
      file: "lib/core/cluster_former.ts",
      find: "if (away.length === 0) this.#searchAt = Infinity;",
      put: "if (away.length >= 0) this.#searchAt = Infinity;",
    }],
    tests: ["tests/simulation/long_partition_test.ts"],
  },
  {
    name: "import rules that change are not asked again",
    breaks: "I1 I3",
    edits: [{
      file: "lib/core/own_functions.ts",
      find: "this.#relist(() => this.#rules.set(rules));",
      put: "this.#rules.set(rules);",
    }],
    tests: ["tests/simulation/policy_test.ts"],
  },
  {
    name: "the router is not told that a link fell",
    breaks: "I3",
    edits: [{
      file: "lib/core/link_keeper.ts",
      find: "this.#router.linkDown(record.id, turn.now);",
      put: "",
    }],
    tests: [SAFETY],
  },
  {
    name: "calls sent over a connection outlive it",
    breaks: "I8",
    edits: [{
      file: "lib/core/call_router.ts",
      find: "this.#placing.attempts.over(connection)",
      put: "this.#placing.attempts.over(-connection)",
    }],
    tests: [CALL_ENDS],
  },
  {
    name: "a call that was lost on its way says that it did not run",
    breaks: "I8",
    edits: [{
      file: "lib/core/call_router.ts",
      find: `callError("UNAVAILABLE", message, "unknown")`,
      put: `callError("UNAVAILABLE", message, "no")`,
    }],
    tests: [CALL_ENDS, SAFETY],
  },
  {
    name: "a call that may have run goes to another provider",
    breaks: "I8",
    edits: [{
      file: "lib/core/call_verdict.ts",
      find: `if (ran === "no") return REFUSALS.has(code);`,
      put: `if (ran !== "yes") return REFUSALS.has(code);`,
    }],
    tests: ["tests/unit/core/call_verdict_test.ts"],
  },
];
