/** Reads whole recordings: who dialled whom, every frame in order, and who closed. */

import { isJsonObject, type JsonObject, type JsonValue } from "../../lib/protocol/json_value.ts";

/** One line of a recording: an opening, a closing or a frame. */
export interface Line {
  /** Name of the recording and number of the line in it. */
  readonly place: string;
  readonly atMs: number;
  readonly from: string;
  readonly to: string;
  /** Number of the connection, within the recording. */
  readonly connection: number;
  readonly event: "open" | "close" | "frame";
  /** The code of a closing; 1006 where a process was killed. */
  readonly code: number;
  /** What was sent, as it was sent; empty for openings and closings. */
  readonly frame: string | Uint8Array<ArrayBuffer>;
  /** The same as text. */
  readonly text: string;
  /** The same as an object, where it is one. */
  readonly json: JsonObject | undefined;
}

/** One recording. */
export interface Conversation {
  readonly name: string;
  readonly lines: readonly Line[];
  /** Openings of the time before, where they were kept. */
  readonly before: readonly Line[];
}

const FOLDER = new URL("./frames/", import.meta.url);

/** An object, or nothing. */
export function parsed(text: string): JsonObject | undefined {
  try {
    const value: JsonValue = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function lineOf(place: string, raw: Record<string, unknown>): Line {
  const text = String(raw["text"] ?? "");
  const bytes = raw["base64"] === undefined
    ? new TextEncoder().encode(text)
    : Uint8Array.from(atob(String(raw["base64"])), (c) => c.charCodeAt(0));
  const event = raw["event"] === "open" || raw["event"] === "close" ? raw["event"] : "frame";
  return {
    place,
    atMs: Number(raw["t_ms"]),
    from: String(raw["from"]),
    to: String(raw["to"]),
    connection: Number(raw["conn"]),
    event,
    code: Number(raw["code"] ?? 0),
    frame: raw["binary"] === true ? bytes : text,
    text,
    json: parsed(text),
  };
}

/** All recordings, by name. */
export async function conversations(): Promise<readonly Conversation[]> {
  const names = [];
  for await (const entry of Deno.readDir(FOLDER)) {
    if (entry.name.endsWith(".jsonl")) names.push(entry.name.replace(".jsonl", ""));
  }
  return await Promise.all(
    names.sort().map(async (name) => {
      const rows = (await Deno.readTextFile(new URL(`${name}.jsonl`, FOLDER))).trimEnd().split(
        "\n",
      );
      const all = rows.map((row, index) => lineOf(`${name}:${index + 1}`, JSON.parse(row)));
      // Openings that were kept of the time before have later times than what follows them.
      const start = all.findIndex((line, index) => index > 0 && line.atMs < (all[0]?.atMs ?? 0));
      const before = all.slice(0, Math.max(start, 0));
      // Lines of two proxies may be a little out of order.
      let atMs = 0;
      const lines = all.slice(before.length).map((line) => {
        atMs = Math.max(atMs, line.atMs);
        return { ...line, atMs };
      });
      return { name, lines, before };
    }),
  );
}

/** What a frame is: `rpc`, `response`, `internal-rpc`, `internal-answer`, `gossip`, or what a server message says. */
export function kindOf(json: JsonObject | undefined): string {
  if (json === undefined) return "broken";
  if (typeof json["role"] === "string" && json["role"] !== "server") return json["role"];
  const server = json["server"];
  if (isJsonObject(server ?? null)) return String(fieldsOf(json)["what"] ?? "HELLO");
  return "r" in json ? "response" : "broken";
}

/** The value as an object; an empty one if it isn't. */
export function objectOf(value: JsonValue | undefined): JsonObject {
  return value !== undefined && isJsonObject(value) ? value : {};
}

/** The value as a list; an empty one if it isn't. */
export function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

/** The inner object of a server message. */
export function fieldsOf(json: JsonObject | undefined): JsonObject {
  return objectOf(json?.["server"]);
}
