import type { MapOver, RequestCommand } from "./request_command.ts";
import type { RequestMessage } from "./v1_requests.ts";

/** The JSON text of a request. */
export function encodeRequest(message: RequestMessage): string {
  const { type, id, wanted, timeoutMs, wait, progress, reach } = message;
  const commands = message.commands.map(command);
  return JSON.stringify({
    type,
    id,
    commands,
    wanted,
    timeout_ms: timeoutMs,
    wait,
    progress,
    reach,
  });
}

/** What is `undefined` is left out of the text. */
function command(command: RequestCommand): unknown {
  const { name, fun, args, kwargs, resources, contract, over, idempotent, hedgeMs } = command;
  const refs = command.refs.map(({ at, of, path }) => ({ at, of, path: given(path) }));
  return {
    ...{ name, fun, args, kwargs, resources, contract, refs: given(refs), idempotent },
    ...{ over: over && written(over), hedge_ms: hedgeMs },
  };
}

function written({ list, concurrency }: MapOver): unknown {
  return { of: list.of, path: given(list.path), concurrency };
}

function given<Item>(list: readonly Item[]): readonly Item[] | undefined {
  return list.length === 0 ? undefined : list;
}
