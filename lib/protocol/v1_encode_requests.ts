import type { MapOver, RequestCommand } from "./request_command.ts";
import type { Taking } from "./kept_value.ts";
import type { RequestMessage, TakeMessage } from "./v1_requests.ts";

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

/** The JSON text of what a call has to get first. */
export function encodeTakings(takes: readonly Taking[]): string {
  return JSON.stringify(
    takes.map(({ at, holder, ticket, path }) => ({ at, holder, ticket, path: given(path) })),
  );
}

/** The JSON text of a question for a result that is kept. */
export function encodeTake({ type, id, ticket, path }: TakeMessage): string {
  return JSON.stringify({ type, id, ticket, path: given(path) });
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
