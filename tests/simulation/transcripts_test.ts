/**
 * What is said in the most telling stories, word by word: a change of it is read as a difference between two texts.
 * `FARCALL_UPDATE=1 deno test -A tests/simulation/transcripts_test.ts` writes the texts anew.
 */
import { assertEquals } from "@std/assert";
import { TOLD_STORIES } from "./told_stories.ts";

const FOLDER = new URL("transcripts/", import.meta.url);
const IS_UPDATE = Deno.env.get("FARCALL_UPDATE") === "1";

for (const [name, tell] of Object.entries(TOLD_STORIES)) {
  Deno.test(`The story "${name}" goes as it is written, and ends with every promise kept`, async () => {
    const story = tell();
    const text = story.text();
    assertEquals(story.world.settle().violations, []);
    const file = new URL(`${name}.txt`, FOLDER);
    if (IS_UPDATE) await Deno.writeTextFile(file, text);
    assertEquals(text.split("\n"), (await Deno.readTextFile(file)).split("\n"));
  });
}

Deno.test("Every written transcript has its story", async () => {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(FOLDER)) names.push(name);
  assertEquals(names.sort(), Object.keys(TOLD_STORIES).map((name) => `${name}.txt`).sort());
});
