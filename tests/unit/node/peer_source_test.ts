import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { PeerReader } from "../../../lib/edges/peer_reader.ts";
import { checkPeers, readSource } from "../../../lib/node/peer_source.ts";

function reader(addresses: string[], text = ""): PeerReader {
  return { resolve: () => Promise.resolve(addresses), readFile: () => Promise.resolve(text) };
}

Deno.test("checkPeers tells addresses, names and files apart", () => {
  const { urls, sources } = checkPeers([
    "ws://a:1",
    "dns+ws://nodes.lab:9001/x",
    "wss://b/",
    "file:///etc/nodes",
  ]);
  assertEquals(urls as readonly string[], ["ws://a:1", "wss://b/"]);
  assertEquals(sources, [
    { text: "dns+ws://nodes.lab:9001/x", kind: "dns" },
    { text: "file:///etc/nodes", kind: "file" },
  ]);
});

Deno.test("checkPeers refuses what it can't dial, and says what to give instead", () => {
  for (const text of ["http://a", "a:1", "", "dns+ws://", "dns+ws://u@a:1", "/etc/nodes"]) {
    assertThrows(() => checkPeers([text]), TypeError);
  }
  assertThrows(() => checkPeers(["dns+wss://a/"]), TypeError, "give wss://a/");
});

Deno.test("readSource puts each address of a name in its place, sorted and once", async () => {
  const [source] = checkPeers(["dns+ws://nodes.lab:9001/farcall"]).sources;
  if (source === undefined) throw new Error("no source");
  const made = await readSource(source, reader(["10.0.0.2", "fd00::1", "10.0.0.1", "10.0.0.2"]));
  assertEquals(made as readonly string[], [
    "ws://10.0.0.1:9001/farcall",
    "ws://10.0.0.2:9001/farcall",
    "ws://[fd00::1]:9001/farcall",
  ]);
  const many = Array.from({ length: 600 }, (_, index) => `10.0.${index >> 8}.${index & 255}`);
  assertEquals((await readSource(source, reader(many))).length, 512);
});

Deno.test("readSource takes one address a line and names the line that is none", async () => {
  const [source] = checkPeers(["file:///etc/nodes"]).sources;
  if (source === undefined) throw new Error("no source");
  const text = "# nodes\r\nws://b:1 # the second\r\n\r\nws://a:1\r\n";
  assertEquals(await readSource(source, reader([], text)) as readonly string[], [
    "ws://a:1",
    "ws://b:1",
  ]);
  await assertRejects(
    () => readSource(source, reader([], "ws://a:1\nnonsense\n")),
    TypeError,
    "file:///etc/nodes, line 2",
  );
});
