import type { Edit, Mutant } from "./mutant.ts";

const EXACT_REACH = "tests/property/router_exact_reach_test.ts";
const ECONOMY = "tests/property/router_economy_test.ts";
const ROUTER = "tests/unit/federation/hop_router_test.ts";
const LIMITS = "tests/unit/federation/hop_router_limits_test.ts";
const SAFETY = "tests/simulation/safety_test.ts";

function inTable(find: string, put: string): Edit {
  return { file: "lib/federation/routing_table.ts", find, put };
}

function inReader(find: string, put: string): Edit {
  return { file: "lib/federation/frame_reader.ts", find, put };
}

/** How distances spread: best ways, hop counts, loss, policy, links. */
export const DISTANCE_MUTANTS: readonly Mutant[] = [
  {
    name: "the first way heard of wins, shorter ones are dropped",
    breaks: "I1",
    edits: [inTable(
      "if (before === after) return;",
      `if (before === after) return;
    if (after < before && this.node.distance.get(group) !== OUT_OF_REACH) return;`,
    )],
    tests: [EXACT_REACH],
  },
  {
    name: "split horizon: the best link is told nothing, not the second best way",
    breaks: "I4 I11",
    edits: [inTable("? this.node.second.get(group) + 1", "? OUT_OF_REACH")],
    tests: [EXACT_REACH, ECONOMY],
  },
  {
    name: "no split horizon: the best link is told its own word",
    breaks: "I4",
    edits: [inTable("? this.node.second.get(group) + 1", "? this.node.distance.get(group)")],
    tests: [EXACT_REACH, ECONOMY],
  },
  {
    name: "the second best way is told one link too short",
    breaks: "I1 I5",
    edits: [inTable("? this.node.second.get(group) + 1", "? this.node.second.get(group)")],
    tests: [EXACT_REACH],
  },
  {
    name: "offers stop one link before their radius",
    breaks: "I1",
    edits: [inTable(
      "if (hops >= this.groups.name(group).maxHops ||",
      "if (hops + 1 >= this.groups.name(group).maxHops ||",
    )],
    tests: [EXACT_REACH],
  },
  {
    name: "a hop count beyond the radius counts",
    breaks: "I5",
    edits: [inReader("const isUseful = hopCount < name.maxHops;", "const isUseful = true;")],
    tests: [ROUTER],
  },
  {
    name: "anybody may say that he is the origin",
    breaks: "I5",
    edits: [{
      file: "lib/federation/peer_checks.ts",
      find: "if (hopCount === name.base && !isWriter) {",
      put: "if (hopCount < name.base && !isWriter) {",
    }],
    tests: [LIMITS],
  },
  {
    name: "what a fallen link brought stays",
    breaks: "I3",
    edits: [inTable(
      "if (before !== OUT_OF_REACH) this.#lost(session.slot, group, before);",
      "",
    )],
    tests: [EXACT_REACH],
  },
  {
    name: "a fallen link counts only where it was the best",
    breaks: "I1",
    edits: [inTable(
      "const isAffected = slot === this.node.via.get(group) || before <= this.node.second.get(group);",
      "const isAffected = slot === this.node.via.get(group);",
    )],
    tests: [EXACT_REACH],
  },
  {
    name: "the best link got worse, and nobody looks at the others",
    breaks: "I1",
    edits: [{
      file: "lib/federation/best_paths.ts",
      find: "return after <= second ? { best: after, via, second } : undefined;",
      put: "return { best: after, via, second };",
    }],
    tests: [EXACT_REACH],
  },
  {
    name: "a change of the second best way is told to nobody",
    breaks: "I1",
    edits: [inTable(
      `      this.#slots.at(viaBefore)?.touch(group);
      this.#slots.at(via)?.touch(group);
`,
      "",
    )],
    tests: [EXACT_REACH],
  },
  {
    name: "a node believes others about its own offers",
    breaks: "I3 I4",
    edits: [inTable("in: !this.isMine(name) && this.#policy", "in: this.#policy")],
    tests: [EXACT_REACH],
  },
  {
    name: "an origin is told of its own offers",
    breaks: "I4",
    edits: [inTable("out: !isTheirs && this.#policy", "out: this.#policy")],
    tests: [ECONOMY],
  },
  {
    name: "only the receiver minds the policy",
    breaks: "I1",
    edits: [inTable(
      "out: !isTheirs && this.#policy.allows(name, this.self.cluster, cluster),",
      "out: !isTheirs,",
    )],
    tests: [SAFETY],
  },
  {
    name: "only the sender minds the policy",
    breaks: "I1",
    edits: [inTable(
      "in: !this.isMine(name) && this.#policy.allows(name, cluster, this.self.cluster),",
      "in: !this.isMine(name),",
    )],
    tests: [SAFETY],
  },
  {
    name: "a changed policy holds for new groups only",
    breaks: "I1",
    edits: [inTable(
      "for (const session of this.sessions.values()) session.reconsider();",
      "",
    )],
    tests: [EXACT_REACH],
  },
  {
    name: "a late joiner is told only of what comes after it",
    breaks: "I6",
    edits: [inReader("    this.#table.touchReachable(session);\n", "")],
    tests: [EXACT_REACH],
  },
  {
    name: "after a resync, what was on its way counts",
    breaks: "I3",
    edits: [{
      file: "lib/federation/hop_router.ts",
      find: "    session.discarding = true;\n",
      put: "",
    }],
    tests: [EXACT_REACH],
  },
];
