// deno-lint-ignore-file no-console
/**
 * Calls one function of a federation through any of its nodes and prints what came back.
 *
 * @module
 */
import { connect, FarcallError } from "@farcall/farcall";
import { parseArgs } from "node:util";
import {
  commaList,
  nodeAddress,
  readFlags,
  runProgram,
  UsageError,
  wholeNumber,
} from "./arguments.ts";

const USAGE = `deno run -A examples/call.ts URL FUNCTION [arguments…] [flags]

  --resources gpu,data  what the called node must have, all of it
  --timeout 30000       how long it may take in all, in ms

Each argument is read as JSON; what is no JSON is taken as a string, so hello and '"hello"' are the same. After -- an
argument may begin with a dash: … add -- -1 2`;

/** farcall lets no call take longer, in ms. */
const TIMEOUT_MS_MAX = 3_600_000;

function argument(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function advice({ ran, retryable, code }: FarcallError): string {
  const again = retryable ? "calling again may succeed" : "calling it the same way will not help";
  if (ran === "unknown") {
    return "It may have run: call again only if running twice does no harm.";
  }
  if (code === "FUNCTION_NOT_FOUND" || code === "NO_PROVIDER") {
    return "It did not run: examples/node.ts prints the offers that a node hears of.";
  }
  return ran === "yes" ? `It ran and failed: ${again}.` : `It did not run: ${again}.`;
}

async function main(): Promise<number> {
  const { values, positionals } = readFlags(() =>
    parseArgs({
      args: Deno.args,
      allowPositionals: true,
      options: {
        resources: { type: "string", default: "" },
        timeout: { type: "string", default: "30000" },
      },
    })
  );
  const [url, name, ...texts] = positionals;
  if (url === undefined || name === undefined) {
    throw new UsageError("A URL and the name of a function are needed");
  }
  const timeout = wholeNumber("--timeout", values.timeout, 1, TIMEOUT_MS_MAX);
  try {
    await using client = await connect(nodeAddress("URL", url), { connectTimeout: timeout });
    const resources = commaList(values.resources);
    const result = await client.call(name, texts.map(argument), { resources, timeout });
    console.log(JSON.stringify(result, null, 2));
    return 0;
  } catch (error) {
    if (!(error instanceof FarcallError)) throw error;
    console.error(`${error.code}: ${error.message}\n${advice(error)}`);
    return 1;
  }
}

await runProgram(USAGE, main);
