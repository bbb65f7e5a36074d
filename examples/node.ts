// deno-lint-ignore-file no-console
/**
 * One node with a few functions to call. Start several, let them `--join` each other, and watch who hears of whom.
 *
 * @module
 */
import { type FarcallNode, installProcessGuard, PublicError, startNode } from "@farcall/farcall";
import { delay } from "@std/async";
import { parseArgs } from "node:util";
import {
  commaList,
  nodeAddress,
  readFlags,
  runProgram,
  UsageError,
  wholeNumber,
} from "./arguments.ts";

const USAGE = `deno run -A examples/node.ts [flags]

  --port 8001           port to listen on; 0 takes any free one
  --host 127.0.0.1      address to listen on
  --url ws://…          how others reach this node; needed with --host 0.0.0.0
  --cluster demo        cluster that this node belongs to
  --resources gpu,data  what this node's functions have
  --join ws://…         a node to keep a link to; may be given several times; dns+ws://name:port
                        means all nodes behind a name, file:///… those in a file
  --max-hops 3          how many links away its functions are heard of, 0 to 16
  --json                events as JSON, one object a line

It offers echo(value), add(a, b), where(), slow(ms) and fail(message). Ctrl-C leaves with a goodbye.`;

interface Settings {
  readonly listen: string;
  readonly url?: string;
  readonly cluster: string;
  readonly resources: readonly string[];
  readonly peers: readonly string[];
  readonly maxHops: number;
  readonly json: boolean;
}

function settings(): Settings {
  const { values } = readFlags(() =>
    parseArgs({
      args: Deno.args,
      options: {
        "port": { type: "string", default: "8001" },
        "host": { type: "string", default: "127.0.0.1" },
        "url": { type: "string" },
        "cluster": { type: "string", default: "demo" },
        "resources": { type: "string", default: "" },
        "join": { type: "string", multiple: true, default: [] },
        "max-hops": { type: "string", default: "3" },
        "json": { type: "boolean", default: false },
      },
    })
  );
  const port = wholeNumber("--port", values.port, 0, 65_535);
  const listen = `ws://${values.host.includes(":") ? `[${values.host}]` : values.host}:${port}`;
  if (!URL.canParse(listen)) throw new UsageError(`--host takes an address, not "${values.host}"`);
  return {
    listen,
    ...(values.url === undefined ? {} : { url: nodeAddress("--url", values.url) }),
    cluster: values.cluster,
    resources: commaList(values.resources),
    peers: values.join.map((text) =>
      /^(dns\+ws|file):/.test(text) ? text : nodeAddress("--join", text)
    ),
    maxHops: wholeNumber("--max-hops", values["max-hops"], 0, 16),
    json: values.json,
  };
}

function offerFunctions(node: FarcallNode): void {
  node.register("echo", ([value]) => value);
  node.register("add", add);
  node.register("where", () => node.url);
  node.register("slow", async ([ms], { signal }) => {
    await delay(Number(ms), { signal });
    return ms;
  });
  node.register("fail", ([message]) => {
    throw new PublicError(String(message));
  });
}

function add([a, b]: unknown[]): number {
  if (typeof a === "number" && typeof b === "number") return a + b;
  throw new PublicError("add takes two numbers");
}

/** Prints what happens until the node is gone. */
async function tell(node: FarcallNode, json: boolean): Promise<void> {
  await Promise.all([tellOffers(node, json), tellLinks(node, json), tellCalls(node, json)]);
}

async function tellOffers(node: FarcallNode, json: boolean): Promise<void> {
  for await (const { type, offer } of node.offers()) {
    const { fun, origin, distance, resources } = offer;
    if (origin === node.url) continue;
    const event = `offer_${type}`;
    if (json) print({ event, function: fun, origin, distance, resources });
    else console.log(`${event}: ${fun} at ${origin}, links away: ${distance}, has [${resources}]`);
  }
}

async function tellLinks(node: FarcallNode, json: boolean): Promise<void> {
  for await (const { type: event, ...rest } of node.links()) {
    if (json) print({ event, ...rest });
    else console.log(`${event}: ${Object.values(rest).join(" ")}`);
  }
}

async function tellCalls(node: FarcallNode, json: boolean): Promise<void> {
  for await (const call of node.calls()) {
    const event = `call_${call.type}`;
    if (json) print({ event, function: call.function, caller: call.caller.name });
    else console.log(`${event}: ${call.function} for ${call.caller.name}`);
  }
}

function print(event: Record<string, unknown>): void {
  console.log(JSON.stringify(event));
}

/** Resolves at Ctrl-C or SIGTERM; a second one ends the process at once. */
function askedToLeave(): Promise<void> {
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  return new Promise((resolve) => {
    const leave = (): void => {
      for (const signal of signals) Deno.removeSignalListener(signal, leave);
      resolve();
    };
    for (const signal of signals) Deno.addSignalListener(signal, leave);
  });
}

async function main(): Promise<number> {
  const { json, ...options } = settings();
  installProcessGuard();
  const node = await startNode(options);
  const leave = askedToLeave();
  if (json) print({ event: "listening", url: node.url });
  else {
    console.log(
      `Node of cluster ${options.cluster} at ${node.url}: try deno run -A examples/call.ts ${node.url} add 1 2`,
    );
  }
  const told = tell(node, json);
  offerFunctions(node);
  await leave;
  await node.drain();
  await told;
  return 0;
}

await runProgram(USAGE, main);
