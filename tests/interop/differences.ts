/** Compares what a recorded node sent with what ours sent in its place. */

import { isJsonObject, type JsonObject, type JsonValue } from "../../lib/protocol/json_value.ts";
import {
  type Conversation,
  fieldsOf,
  kindOf,
  type Line,
  listOf,
  objectOf,
} from "./conversations.ts";
import { CALL_CONNECTIONS_FROM, KILLED, type Replay, type SentFrame } from "./replay.ts";

/** One difference. */
export interface Difference {
  /** The recorded line; for frames that only ours sent, the line that was played then. */
  readonly place: string;
  /** The node that was played. */
  readonly server: string;
  /** Only the recorded one did it, only ours did it, or both and it is not the same. */
  readonly what: "missing" | "extra" | "changed";
  /** What the frame is: `response`, `internal-answer`, `handshake`, `announcement`, `call`, `close`, … */
  readonly message: string;
  /** Which part of it, for `changed`. */
  readonly path: string;
  readonly recorded: string;
  readonly ours: string;
}

/** A frame of either side, as it is compared. */
interface Frame {
  readonly place: string;
  readonly kind: string;
  /** Frames of both sides with the same key are compared, in order. */
  readonly key: string;
  readonly json: JsonObject;
  readonly text: string;
}

/** Answers belong to the connection of their question; everything else may take any connection to the peer. */
const ANSWERS: readonly string[] = ["response", "internal-answer"];

function compared(
  frame: { readonly place: string; readonly text: string; readonly to: string },
  json: JsonObject,
  connection: number,
): Frame {
  const { place, text, to } = frame;
  const kind = kindOf(json);
  const u = String(json["u"]);
  if (ANSWERS.includes(kind)) {
    return { place, text, json, kind, key: `${kind} ${connection} ${u}` };
  }
  if (kind === "rpc" || kind === "internal-rpc") {
    const command = kind === "rpc" ? objectOf(listOf(json["cmds"])[0]) : json;
    const { args, kwargs } = command;
    const fun = String(command["fun"] ?? command["command"]);
    const key = `call ${to} ${JSON.stringify([fun, args, kwargs ?? {}])}`;
    return { place, text, json, kind: "call", key };
  }
  if (kind !== "HELLO") return { place, text, json, kind, key: `${kind} ${to}` };
  const { original_source: source, funs } = fieldsOf(json);
  return source === ""
    ? { place, text, json, kind: "handshake", key: `handshake ${to}` }
    : { place, text, json, kind: "announcement", key: `announcement ${to} ${source} ${funs}` };
}

/** The part of an answer that a function made, as text: numbers must not lose anything by being parsed here. */
function madeBy(text: string): string {
  return /^\{"r":(.*),"error":.*,"u":/s.exec(text)?.[1] ??
    /"answer":(.*),"u":"[^"]*"\}$/s.exec(text)?.[1] ?? "";
}

function leaves(value: JsonValue, path: string, into: Map<string, string>): Map<string, string> {
  if (!isJsonObject(value)) return into.set(path, JSON.stringify(value));
  into.set(`${path} keys`, Object.keys(value).join(" "));
  for (const [key, inner] of Object.entries(value)) {
    leaves(inner, path === "" ? key : `${path}.${key}`, into);
  }
  return into;
}

/** What is compared by kind only: ids that a sender makes up, and times. */
function byKind(path: string, value: string, isAnswer: boolean): string {
  if (path === "u" && !isAnswer) return typeof JSON.parse(value);
  // A set, which the reference writes in any order.
  if (path === "server.locs") return JSON.parse(value).sort().join();
  if (path.endsWith("timestamp")) return typeof JSON.parse(value);
  if (path !== "server.announcement_id") return value;
  const id = String(JSON.parse(value));
  return id === "" ? "none" : /^(.*?):[^/:]*(:[^/:]*)?$/.exec(id)?.[1] ?? "other";
}

function changes(server: string, recorded: Frame, ours: Frame): Difference[] {
  const { kind: message, place } = recorded;
  const base = { place, server, what: "changed", message } as const;
  if (message === "call") {
    const [before, after] = [kindOf(recorded.json), kindOf(ours.json)];
    return before === after ? [] : [{ ...base, path: "role", recorded: before, ours: after }];
  }
  const found: Difference[] = [];
  const isAnswer = ANSWERS.includes(message);
  const [before, after] = [madeBy(recorded.text), madeBy(ours.text)];
  if (isAnswer && before !== after) {
    found.push({ ...base, path: "r", recorded: before, ours: after });
  }
  const ignored = isAnswer ? ["r", "answer"] : [];
  const was = leaves(without(recorded.json, ignored), "", new Map());
  const is = leaves(without(ours.json, ignored), "", new Map());
  for (const path of new Set([...was.keys(), ...is.keys()])) {
    const [one, other] = [was.get(path) ?? "", is.get(path) ?? ""];
    const isKeys = path.endsWith(" keys") || one === "" || other === "";
    const same = isKeys
      ? one === other
      : byKind(path, one, isAnswer) === byKind(path, other, isAnswer);
    if (!same) found.push({ ...base, path, recorded: one, ours: other });
  }
  return found;
}

/** The values are compared as text elsewhere; that the keys are there is compared all the same. */
function without(json: JsonObject, ignored: readonly string[]): JsonObject {
  const entries = Object.entries(json);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, ignored.includes(key) ? 0 : value]),
  );
}

/** Every difference between a recorded node and ours in its place. */
export function differencesOf(
  { lines }: Conversation,
  server: string,
  { sent, closed }: Replay,
): readonly Difference[] {
  const recorded = lines.filter((line) => line.from === server && line.event === "frame")
    .map((line) => compared(line, line.json ?? {}, line.connection));
  const waiting = Map.groupBy(
    sent.map((frame) => compared(frame, frame.json, frame.connection)),
    (frame) => frame.key,
  );
  const found: Difference[] = [];
  for (const frame of recorded) {
    const ours = waiting.get(frame.key)?.shift();
    if (ours !== undefined) found.push(...changes(server, frame, ours));
    else found.push(only("missing", server, frame));
  }
  for (const frame of [...waiting.values()].flat()) found.push(only("extra", server, frame));
  return [...found, ...closings(lines, server, closed), ...overtaken(lines, server, sent)];
}

function only(what: "missing" | "extra", server: string, frame: Frame): Difference {
  const { place, kind: message, text } = frame;
  const [recorded, ours] = what === "missing" ? [text, ""] : ["", text];
  return { place, server, what, message, path: "", recorded, ours };
}

function closings(
  lines: readonly Line[],
  server: string,
  closed: ReadonlySet<number>,
): Difference[] {
  const base = { server, message: "close", path: "" };
  const theirs = lines.filter((line) => {
    return line.event === "close" && line.from === server && line.code !== KILLED;
  });
  const missing = theirs.filter((line) => !closed.has(line.connection)).map((line) => {
    return { ...base, place: line.place, what: "missing", recorded: "1000", ours: "" } as const;
  });
  const known = new Set(theirs.map((line) => line.connection));
  const unknown = [...closed].filter((one) => one < CALL_CONNECTIONS_FROM && !known.has(one));
  const extra = unknown.map((connection) => {
    const place = lines.findLast((line) => line.connection === connection)?.place ?? "";
    return { ...base, place, what: "extra", recorded: "", ours: `${connection}` } as const;
  });
  return [...missing, ...extra];
}

/** Answers of one connection that left in another order than the recorded ones. */
function overtaken(
  lines: readonly Line[],
  server: string,
  sent: readonly SentFrame[],
): Difference[] {
  const found: Difference[] = [];
  const answers = lines.filter((line) =>
    line.from === server && ANSWERS.includes(kindOf(line.json))
  );
  for (const [connection, theirs] of Map.groupBy(answers, (line) => line.connection)) {
    const all = sent.filter((one) => one.connection === connection).map((one) => one.json["u"]);
    const order = [...new Set(theirs.map((line) => line.json?.["u"]))].filter((u) =>
      all.includes(u)
    );
    const same = [...new Set(all)].filter((u) => order.includes(u));
    if (order.join() === same.join()) continue;
    const place = theirs[0]?.place ?? "";
    const base = { place, server, what: "changed", message: "order", path: "" } as const;
    found.push({ ...base, recorded: order.join(), ours: same.join() });
  }
  return found;
}
