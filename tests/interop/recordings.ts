/** Reads the recorded conversations of the reference. */

/** One recorded frame. */
export interface RecordedFrame {
  /** Name of the recording and line number in it. */
  readonly place: string;
  /** Who sent it. */
  readonly from: string;
  /** What was sent, as it was sent. */
  readonly frame: string | Uint8Array<ArrayBuffer>;
  /** The same as text. */
  readonly text: string;
}

const FOLDER = new URL("./frames/", import.meta.url);

function frameOf(line: { text: string; binary: boolean; base64?: string }): RecordedFrame["frame"] {
  if (line.base64 !== undefined) return Uint8Array.from(atob(line.base64), (c) => c.charCodeAt(0));
  return line.binary ? new TextEncoder().encode(line.text) : line.text;
}

/** Every frame of every recording; openings, closings and frames that were cut are left out. */
export async function recordedFrames(): Promise<readonly RecordedFrame[]> {
  const frames: RecordedFrame[] = [];
  const names = [];
  for await (const entry of Deno.readDir(FOLDER)) {
    if (entry.name.endsWith(".jsonl")) names.push(entry.name);
  }
  for (const name of names.sort()) {
    const lines = (await Deno.readTextFile(new URL(name, FOLDER))).trimEnd().split("\n");
    for (const [index, text] of lines.entries()) {
      const line = JSON.parse(text);
      if (line.event !== undefined || line.truncated) continue;
      const place = `${name.replace(".jsonl", "")}:${index + 1}`;
      frames.push({ place, from: line.from, frame: frameOf(line), text: line.text });
    }
  }
  return frames;
}
