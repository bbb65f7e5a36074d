import { assert, assertEquals, assertRejects } from "@std/assert";
import { systemPeerReader } from "../../lib/edges/peer_reader.ts";

Deno.test("systemPeerReader knows the addresses of this host's name for itself", async () => {
  const addresses = await systemPeerReader().resolve("localhost");
  assert(addresses.includes("127.0.0.1") || addresses.includes("::1"), String(addresses));
});

Deno.test("systemPeerReader reads a file as it is now, and says when there is none", async () => {
  const path = await Deno.makeTempFile();
  const file = new URL(`file://${path}`);
  try {
    for (const text of ["ws://a:1\n", "ws://b:1\n"]) {
      await Deno.writeTextFile(path, text);
      assertEquals(await systemPeerReader().readFile(file), text);
    }
  } finally {
    await Deno.remove(path);
  }
  await assertRejects(() => systemPeerReader().readFile(file), Deno.errors.NotFound);
});
