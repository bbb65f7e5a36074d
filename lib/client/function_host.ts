/**
 * Runs the functions of a node. Whatever a function does (returns, throws, returns what JSON can't say, ignores its signal,
 * never ends), the machine hears of each run's end exactly once, and nothing else of the node notices.
 *
 * @module
 */

import { fitsMessage, PAYLOAD_BYTES_MAX } from "./arguments.ts";
import type { UntypedCalling } from "./calling.ts";
import type { Invocation } from "../core/effects.ts";
import type { InvocationId, ProviderCommand, RegistrationId } from "../core/events.ts";
import { type CallError, callError, FarcallError } from "../protocol/errors.ts";
import type { ItemBatch } from "../protocol/item_batch.ts";
import { PAYLOAD_DEPTH_MAX, STREAM_ITEM_MAX } from "../protocol/limits.ts";
import type { FunctionName } from "../protocol/names.ts";
import { Payload } from "../protocol/payload.ts";
import { ContractFailure } from "./contract_function.ts";
import type { CallEvent } from "./call_event.ts";
import { endIterator, isOnlyStream, iteratorOf } from "./item_iterator.ts";
import { type ItemTrouble, OutgoingItems } from "./outgoing_items.ts";
import { TakenArguments } from "./taken_arguments.ts";
import { boundedCalls } from "./bounded_calls.ts";
import type { FunctionContext, RegisteredFunction } from "./function_context.ts";
import { TypedCalls } from "./typed_calls.ts";
import { PublicError } from "./public_error.ts";

/** A function and its name. */
export interface HostedFunction {
  readonly name: FunctionName;
  readonly run: RegisteredFunction;
}

/** What a host needs from its node. */
export interface FunctionHostEdges {
  /** Tells the machine something, at the time it is given. */
  readonly post: (stamp: (now: number) => ProviderCommand) => void;
  /** The present instant, in ms. */
  readonly now: () => number;
  /** By which functions call on. */
  readonly calls: UntypedCalling;
  /** Hears what functions throw. */
  readonly failed: (error: unknown) => void;
  /** Hears of each run's beginning and end. */
  readonly observe: (event: CallEvent) => void;
}

type Ended =
  | { readonly ok: true; readonly value: Payload }
  | { readonly ok: false; readonly error: CallError };

/** The functions of one node and what runs of them. */
export class FunctionHost {
  readonly #edges: FunctionHostEdges;
  readonly #functions = new Map<RegistrationId, HostedFunction>();
  readonly #running = new Map<InvocationId, AbortController>();
  readonly #streams = new Map<InvocationId, OutgoingItems>();
  #lastReason: FarcallError | undefined;
  readonly #taken = new Map<InvocationId, TakenArguments>();

  /** @param edges What the host needs from its node. */
  constructor(edges: FunctionHostEdges) {
    this.#edges = edges;
  }

  /** Takes a function in. */
  add(registration: RegistrationId, hosted: HostedFunction): void {
    this.#functions.set(registration, hosted);
  }

  /** Takes a function out; what runs of it runs on. */
  remove(registration: RegistrationId): void {
    this.#functions.delete(registration);
  }

  /** Runs a function, after the turn of the machine that asks for it: an author's code never runs inside a step. */
  invoke(invocation: Invocation): void {
    const hosted = this.#functions.get(invocation.registration);
    if (hosted === undefined) {
      const error = callError("FUNCTION_NOT_FOUND", "The function has just been withdrawn");
      return this.#tell(invocation.invocation, { ok: false, error });
    }
    const abort = new AbortController();
    this.#running.set(invocation.invocation, abort);
    this.#stream(invocation, hosted.name);
    this.#take(invocation);
    queueMicrotask(() => void this.#run(invocation, hosted, abort.signal));
  }

  /** The reader of a run's stream allows so much more, in units of items. */
  credit(invocation: InvocationId, units: number): void {
    this.#streams.get(invocation)?.credit(units);
  }

  /** Items of a streamed argument of a run came; `undefined` = all have come. */
  given(invocation: InvocationId, arg: number, batch: ItemBatch | undefined): void {
    this.#taken.get(invocation)?.given(arg, batch);
  }

  /** Fires the signal of a run, after the present turn as well. */
  abort(invocation: InvocationId, reason: CallError): void {
    const abort = this.#running.get(invocation);
    if (abort === undefined) return;
    const taken = this.#taken.get(invocation);
    const error = this.#reasonFor(reason);
    queueMicrotask(() => {
      abort.abort(error);
      taken?.end(error);
    });
  }

  /**
   * The reason as an error. What is given up in one turn for the same reason gets the same one: noting where an error was made
   * costs more than all else of an abort, and here it tells nothing.
   */
  #reasonFor(reason: CallError): FarcallError {
    const last = this.#lastReason;
    const isSame = last?.code === reason.code && last.message === reason.message &&
      last.ran === reason.ran && last.details === reason.details;
    if (last !== undefined && isSame) return last;
    if (last === undefined) queueMicrotask(() => this.#lastReason = undefined);
    return this.#lastReason = new FarcallError(reason);
  }

  /** Fires all signals: the node is gone. */
  abortAll(reason: CallError): void {
    for (const invocation of [...this.#running.keys()]) this.abort(invocation, reason);
  }

  async #run(invocation: Invocation, hosted: HostedFunction, signal: AbortSignal): Promise<void> {
    const { name } = hosted;
    const startedAt = this.#edges.now();
    const { caller } = invocation;
    const call = invocation.invocation;
    this.#edges.observe({ type: "started", call, function: name, caller });
    let ended: Ended;
    try {
      const read: unknown = JSON.parse(invocation.args.text);
      const list = Array.isArray(read) ? read : [];
      const args = this.#taken.get(call)?.put(list) ?? list;
      const context = this.#context(invocation, name, signal, startedAt);
      const given = await hosted.run(args, context);
      const stream = this.#streams.get(call);
      ended = stream === undefined
        ? ending(name, given)
        : await sending(name, given, stream, signal);
    } catch (error) {
      if (!isForCaller(error) && !signal.aborted) this.#noteFailure(error);
      ended = { ok: false, error: signal.aborted ? givenUp(signal) : safeError(name, error) };
    }
    this.#running.delete(call);
    this.#streams.delete(call);
    this.#taken.get(call)?.end(new FarcallError(callError("CANCELLED", `${name} has ended`)));
    this.#taken.delete(call);
    this.#tell(call, ended);
    const durationMs = this.#edges.now() - startedAt;
    const code = ended.ok ? undefined : ended.error.code;
    this.#edges.observe({ type: "ended", call, function: name, caller, code, durationMs });
  }

  #stream({ invocation, stream }: Invocation, name: FunctionName): void {
    if (stream === undefined) return;
    const put = (batch: ItemBatch): void => {
      this.#edges.post((now) => ({ type: "yielded", invocation, batch, now }));
    };
    const trouble = (which: ItemTrouble): Error => itemFailure(name, which);
    this.#streams.set(invocation, new OutgoingItems(stream.credit, { put, trouble }));
  }

  #take({ invocation, streamed }: Invocation): void {
    if (streamed === undefined) return;
    const want = (arg: number, units: number | undefined): void => {
      this.#edges.post((now) => ({ type: "want", invocation, arg, units, now }));
    };
    this.#taken.set(invocation, new TakenArguments(streamed, want));
  }

  #noteFailure(error: unknown): void {
    try {
      this.#edges.failed(error);
    } catch {
      // Whoever hears of failures may have some, too; the caller must hear of the end all the same.
    }
  }

  #context(
    invocation: Invocation,
    name: FunctionName,
    signal: AbortSignal,
    startedAt: number,
  ): FunctionContext {
    const endAt = startedAt + invocation.timeoutMs;
    const remaining = (): number => Math.max(0, endAt - this.#edges.now());
    const kwargs: Record<string, unknown> = JSON.parse(invocation.kwargs?.text ?? "{}");
    const client = new TypedCalls(boundedCalls(this.#edges.calls, signal, remaining));
    const resumeFrom = invocation.stream?.resumeFrom ?? 0;
    return { name, kwargs, signal, remaining, caller: invocation.caller, client, resumeFrom };
  }

  #tell(invocation: InvocationId, ended: Ended): void {
    if (ended.ok) {
      const { value } = ended;
      this.#edges.post((now) => ({ type: "returned", invocation, value, now }));
    } else {
      const { error } = ended;
      this.#edges.post((now) => ({ type: "threw", invocation, error, now }));
    }
  }
}

/** Sends all that a function gives. */
async function sending(
  name: FunctionName,
  given: unknown,
  stream: OutgoingItems,
  signal: AbortSignal,
): Promise<Ended> {
  const iterator = iteratorOf(given);
  if (iterator === undefined) {
    const message = `${name} gives one value: call it in place of reading a stream`;
    return { ok: false, error: callError("INVALID_ARGUMENT", message, "yes") };
  }
  await stream.send(iterator, signal);
  if (signal.aborted) return { ok: false, error: givenUp(signal) };
  return { ok: true, value: Payload.fromValue(null) };
}

function ending(name: FunctionName, result: unknown): Ended {
  if (isOnlyStream(result)) {
    const iterator = iteratorOf(result);
    if (iterator !== undefined) void endIterator(iterator);
    const message = `${name} gives many values: read them by \`stream\` in place of \`call\``;
    return { ok: false, error: callError("INVALID_ARGUMENT", message, "yes") };
  }
  const value = result instanceof Payload ? result : Payload.tryFromUnknown(result);
  if (value === undefined) {
    const message = `${name} returned what JSON can't say: a cycle, a bigint or a throwing toJSON`;
    return { ok: false, error: callError("RESULT_NOT_SERIALIZABLE", message, "yes") };
  }
  if (fitsMessage(value)) return { ok: true, value };
  const message = `${name} returned more than ${PAYLOAD_BYTES_MAX} bytes, or more than ` +
    `${PAYLOAD_DEPTH_MAX} levels`;
  return { ok: false, error: callError("RESULT_TOO_LARGE", message, "yes") };
}

function itemFailure(name: FunctionName, which: ItemTrouble): ContractFailure {
  const error = which === "no_json"
    ? callError(
      "RESULT_NOT_SERIALIZABLE",
      `${name} yielded what JSON can't say: a cycle, a bigint or a throwing toJSON`,
      "yes",
    )
    : callError(
      "RESULT_TOO_LARGE",
      `${name} yielded an item of more than ${STREAM_ITEM_MAX} characters of JSON: yield several ` +
        "shorter ones",
      "yes",
    );
  return new ContractFailure(error, true);
}

function givenUp(signal: AbortSignal): CallError {
  const { reason } = signal;
  return callError(reason instanceof FarcallError ? reason.code : "CANCELLED", "Given up", "yes");
}

/** Whether an error is the caller's business, and nothing that the author would have to repair. */
function isForCaller(thrown: unknown): boolean {
  return thrown instanceof PublicError || (thrown instanceof ContractFailure && !thrown.isDefect);
}

/** What the caller may know of what a function threw. */
function safeError(name: FunctionName, thrown: unknown): CallError {
  if (thrown instanceof ContractFailure) return thrown.callError;
  if (thrown instanceof PublicError) {
    const details = Payload.tryFromUnknown(thrown.data ?? null)?.value;
    const more = thrown.data === undefined || details === undefined ? {} : { details };
    const error = callError("HANDLER_ERROR", thrown.message, "yes", more);
    return { ...error, retryable: thrown.retryable };
  }
  // Texts of farcall's own errors are safe by their making.
  const why = thrown instanceof FarcallError
    ? `: a call that it made ended with ${thrown.code}`
    : "";
  return callError("HANDLER_ERROR", `${name} failed${why}`, "yes");
}
