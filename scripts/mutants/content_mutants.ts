import type { Edit, Mutant } from "./mutant.ts";

const EXACT_REACH = "tests/property/router_exact_reach_test.ts";
const ECONOMY = "tests/property/router_economy_test.ts";
const HEALING = "tests/property/router_healing_test.ts";
const ROUTER = "tests/unit/federation/hop_router_test.ts";
const OFFER_SET = "tests/unit/federation/offer_set_test.ts";
const REGISTRY = "tests/property/registry_twin_test.ts";

function inTable(find: string, put: string): Edit {
  return { file: "lib/federation/routing_table.ts", find, put };
}

function inReader(find: string, put: string): Edit {
  return { file: "lib/federation/frame_reader.ts", find, put };
}

function inWriter(find: string, put: string): Edit {
  return { file: "lib/federation/frame_writer.ts", find, put };
}

function inSession(find: string, put: string): Edit {
  return { file: "lib/federation/link_session.ts", find, put };
}

/** How contents follow distances: versions, headers, wishes, digests, memory; and what the registry makes of them. */
export const CONTENT_MUTANTS: readonly Mutant[] = [
  {
    name: "nobody asks for a content that it lacks",
    breaks: "I1",
    edits: [inWriter(`      wants.push({ type: "want", handle, have });\n`, "")],
    tests: [EXACT_REACH],
  },
  {
    name: "a header is not repeated when the version moves",
    breaks: "I1",
    edits: [inWriter("|| (isTold && seq > columns.told.get(group) && !knows)", "")],
    tests: [ROUTER],
  },
  {
    name: "what a peer once held it is believed to hold for ever",
    breaks: "I3",
    edits: [inWriter(
      "const knows = columns.in.get(group) !== OUT_OF_REACH && columns.heard.get(group) >= seq;",
      "const knows = columns.heard.get(group) >= seq;",
    )],
    tests: [ROUTER],
  },
  {
    name: "a header leaves before the content is there, and once",
    breaks: "I1",
    edits: [
      inTable("if (this.#contents.offers(group) === undefined) return OUT_OF_REACH;", ""),
      inWriter(
        "if (content === undefined) return;\n  const target",
        `if (content === undefined) {
    const hops = table.target(session, group);
    if (hops === OUT_OF_REACH || columns.out.get(group) === hops || !session.hasRoom()) return;
    const named = given.handle(group) ?? nameGroup(table, session, group, frame);
    frame.reaches.push({ type: "reach", handle: named, hopCount: hopCount(hops), seq: 0 });
    columns.out.set(group, hops);
    return;
  }
  const target`,
      ),
      inWriter("|| (isTold && seq > columns.told.get(group) && !knows)", ""),
    ],
    tests: [EXACT_REACH],
  },
  {
    name: "a group is forgotten before its end was told",
    breaks: "I3",
    edits: [
      inSession("      this.columns.out.get(group) === OUT_OF_REACH &&\n", ""),
      inSession(" && !this.dirty.has(group)", ""),
    ],
    tests: [EXACT_REACH],
  },
  {
    name: "a group is never forgotten",
    breaks: "I7",
    edits: [inTable("if (!isHeld) this.#forget(group, now);", "")],
    tests: [EXACT_REACH],
  },
  {
    name: "an empty set is counted to infinity like a lost one",
    breaks: "I4",
    edits: [
      inTable(
        "return this.#isOver(group) ? NO_PATHS : this.#scan(group);",
        "return this.#scan(group);",
      ),
      inTable(
        "if (this.#own.has(group) || this.#isOver(group)) return;",
        "if (this.#own.has(group)) return;",
      ),
    ],
    tests: [ECONOMY],
  },
  {
    name: "the last word of an origin stops where the group is out of reach",
    breaks: "I4",
    edits: [inWriter("(isTold || isFinal(content))", "isTold")],
    tests: [ECONOMY, ROUTER],
  },
  {
    name: "an older content replaces a newer one",
    breaks: "I2",
    edits: [inReader("|| message.to <= seq) return undefined;", ") return undefined;")],
    tests: [EXACT_REACH],
  },
  {
    name: "a difference is applied to whatever is held",
    breaks: "I2",
    edits: [inReader("if (message.from > seq) {", "if (message.from > message.to) {")],
    tests: [EXACT_REACH],
  },
  {
    name: "a forgotten group of one's own starts over at version 1",
    breaks: "I2",
    edits: [{
      file: "lib/federation/own_sets.ts",
      find: "blankSet(this.#table.seqUsed)",
      put: "blankSet(0)",
    }],
    tests: [EXACT_REACH],
  },
  {
    name: "forgotten deletions do not raise the floor",
    breaks: "I2",
    edits: [{
      file: "lib/federation/offer_set.ts",
      find: "return { dels: byAge.filter((deletion) => deletion.at > lowest), floor: lowest };",
      put: "return { dels: byAge.filter((deletion) => deletion.at > lowest), floor };",
    }],
    tests: [OFFER_SET],
  },
  {
    name: "two lives of a node are one group",
    breaks: "I3",
    edits: [
      {
        file: "lib/federation/group_table.ts",
        find: "\\n${name.incarnation}\\n",
        put: "\\n",
      },
      {
        file: "lib/federation/group_table.ts",
        find: " && a.incarnation === b.incarnation &&",
        put: " &&",
      },
    ],
    tests: [EXACT_REACH],
  },
  {
    name: "offers of two scopes are one group",
    breaks: "I1",
    edits: [
      { file: "lib/federation/group_table.ts", find: "\\n${name.scope}`", put: "`" },
      { file: "lib/federation/group_table.ts", find: " && a.scope === b.scope", put: "" },
    ],
    tests: [EXACT_REACH],
  },
  {
    name: "a peer's digest is not read",
    breaks: "I6",
    edits: [inReader(
      "if (group !== undefined) heard.set(group, Math.max(heard.get(group), seq));",
      "",
    )],
    tests: [HEALING],
  },
  {
    name: "a stalled link is written to",
    breaks: "I7",
    edits: [{
      file: "lib/federation/hop_router.ts",
      find: "if (!session.hasPending() || !isWritable(link)) continue;",
      put: "if (!session.hasPending()) continue;",
    }],
    tests: [ROUTER],
  },
  {
    name: "a changed listing stays in the index beside its old self",
    breaks: "I1",
    edits: [{
      file: "lib/federation/function_registry.ts",
      find: "if (old !== undefined) listings = listings.toSpliced(placeOf(listings, old), 1);",
      put: "",
    }],
    tests: [REGISTRY],
  },
  {
    name: "a function that its origin adds is not put into the index",
    breaks: "I1",
    edits: [{
      file: "lib/federation/function_registry.ts",
      find: "for (const fun of wanted) if (!old.has(fun)) index.add(fun, group);",
      put: "",
    }],
    tests: [REGISTRY],
  },
  {
    name: "the registry lists every life of an origin",
    breaks: "I3",
    edits: [{
      file: "lib/federation/origin_listings.ts",
      find: "return speaking.filter(({ name }) => lives.get(name.writer) === name.incarnation);",
      put: "return speaking;",
    }],
    tests: ["tests/unit/federation/function_registry_test.ts"],
  },
];
