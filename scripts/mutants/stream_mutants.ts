import type { Mutant } from "./mutant.ts";

const STREAMS = "tests/unit/core/streams_test.ts";
const ARGUMENTS = "tests/unit/core/streamed_arguments_test.ts";
const CLIENT_CORE = "tests/unit/core/client_streams_test.ts";
const WRITER = "tests/unit/client/outgoing_items_test.ts";
const ENDS = "tests/unit/client/streamed_arguments_test.ts";
const FLOWS = "tests/property/argument_flow_test.ts";
const CREDIT = "tests/property/stream_credit_test.ts";

/** How streams flow: in order, within credit, and to one end, in both directions. */
export const STREAM_MUTANTS: readonly Mutant[] = [
  {
    name: "credit that a stream had stays taken when it ends",
    breaks: "I7 I8",
    edits: [{
      file: "lib/rpc/stream_credit.ts",
      find: "    this.#budget?.expose(-this.#told);\n",
      put: "",
    }],
    tests: [CREDIT],
  },
  {
    name: "what was read is not allowed again",
    breaks: "I8",
    edits: [{
      file: "lib/rpc/stream_credit.ts",
      find: "    this.#pool += released;\n",
      put: "",
    }],
    tests: [CREDIT],
  },
  {
    name: "a reader takes whatever comes",
    breaks: "I7",
    edits: [{
      file: "lib/rpc/stream_credit.ts",
      find: "if (this.#open <= 0 || units > STREAM_ITEM_MAX) return false;",
      put: "if (units > STREAM_ITEM_MAX) return false;",
    }],
    tests: [CREDIT, STREAMS],
  },
  {
    name: "a relay does not pass credit on",
    breaks: "I8",
    edits: [{
      file: "lib/core/stream_traffic.ts",
      find:
        `    if (message.type === "credit") streams.credit(turn, record, message.units);\n    else `,
      put: "    ",
    }],
    tests: [STREAMS],
  },
  {
    name: "a relay passes credit on while its next connection takes nothing",
    breaks: "I7",
    edits: [{
      file: "lib/core/call_streams.ts",
      find: "this.#connections.get(replyTo.connection)?.writable === false",
      put: "this.#connections.get(replyTo.connection) === undefined",
    }],
    tests: [STREAMS],
  },
  {
    name: "items that came before their node was lost come again",
    breaks: "I8",
    edits: [{
      file: "lib/core/call_streams.ts",
      find: "    stream.delivered += batch.count;\n",
      put: "",
    }],
    tests: [STREAMS],
  },
  {
    name: "a stream that ended counts among those of its connection",
    breaks: "I7",
    edits: [{
      file: "lib/core/call_streams.ts",
      find: "const open = (this.#open.get(connection) ?? 0) - count;",
      put: "const open = (this.#open.get(connection) ?? 0) - 0 * count;",
    }],
    tests: [ARGUMENTS],
  },
  {
    name: "a caller gives its argument before anybody asks",
    breaks: "I7 I8",
    edits: [{
      file: "lib/rpc/argument_flow.ts",
      find: `if (this.#state === "sent" || !this.#hasBegun) return "wrong";`,
      put: `if (this.#state === "sent") return "wrong";`,
    }],
    tests: [ARGUMENTS],
  },
  {
    name: "a streamed argument that was read to its end keeps its part of the credit",
    breaks: "I7",
    edits: [{
      file: "lib/rpc/argument_flow.ts",
      find: `if (this.#state === "sent" && this.#window.held === 0) this.#window.end();`,
      put: `this.#window.held;`,
    }],
    tests: [FLOWS],
  },
  {
    name: "items that are under way when no more is wanted break the rules",
    breaks: "I8",
    edits: [{
      file: "lib/rpc/argument_flow.ts",
      find: `    if (this.#state === "stopped") return "late";\n    return`,
      put: "    return",
    }],
    tests: [FLOWS, ARGUMENTS],
  },
  {
    name: "the end of a streamed argument is lost on the way",
    breaks: "I8",
    edits: [{
      file: "lib/core/call_arguments.ts",
      find: "      turn.edges.send(connection, message);\n",
      put: `      if (message.type === "items") turn.edges.send(connection, message);\n`,
    }],
    tests: [ARGUMENTS],
  },
  {
    name: "a caller does not hear that no more of its argument is wanted",
    breaks: "I8",
    edits: [{
      file: "lib/core/call_arguments.ts",
      find: "if (flow.stop()) this.#tell(turn, record, arg, undefined);",
      put: "flow.stop();",
    }],
    tests: [ARGUMENTS],
  },
  {
    name: "a call whose argument has begun goes to another provider",
    breaks: "I8",
    edits: [{
      file: "lib/core/call_record.ts",
      find: "if (hasBegun) return true;",
      put: "if (hasBegun) return false;",
    }],
    tests: [ARGUMENTS],
  },
  {
    name: "a client sends a call again whose argument has begun",
    breaks: "I8",
    edits: [{
      file: "lib/core/client_calls.ts",
      find: "  if (hasGiven) return false;\n",
      put: "",
    }],
    tests: [CLIENT_CORE],
  },
  {
    name: "items wait until a batch is full",
    breaks: "I8",
    edits: [{
      file: "lib/client/outgoing_items.ts",
      find: "    if (this.#isWatching) return;\n",
      put: "    if (this.#quietRounds === 0) return;\n",
    }],
    tests: [WRITER],
  },
  {
    name: "a batch grows as long as items are ready",
    breaks: "I7",
    edits: [{
      file: "lib/client/outgoing_items.ts",
      find: "    if (this.#units + units > STREAM_BATCH) this.#flush();\n",
      put: "",
    }],
    tests: [WRITER],
  },
  {
    name: "a caller's iterator goes on when its call has ended",
    breaks: "I8",
    edits: [{
      file: "lib/client/given_arguments.ts",
      find: "    for (const source of this.#sources.values()) this.#end(source);\n",
      put: "",
    }],
    tests: [ENDS],
  },
  {
    name: "what a function reads does not end with its call",
    breaks: "I8",
    edits: [{
      file: "lib/client/function_host.ts",
      find: "      taken?.end(error);\n",
      put: "",
    }],
    tests: [ENDS],
  },
];
