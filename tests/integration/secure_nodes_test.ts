import { connect, FarcallError, startNode, webSocketDialer } from "@farcall/farcall";
import { assertEquals, assertRejects } from "@std/assert";
import { makeCertificates } from "../edges/certificates.ts";

const certificates = await makeCertificates();
// Ignored tests are counted and shown, so a machine without openssl does not pass in silence.
const ignore = certificates === undefined;
const { ca, cert, key } = certificates ?? { ca: "", cert: "", key: "" };

Deno.test(
  { name: "nodes and clients talk over wss: with an authority they trust", ignore },
  async () => {
    const edges = () => ({ dialer: webSocketDialer({ caCerts: [ca] }) });
    const listen = "wss://127.0.0.1:0";
    const tls = { cert, key };
    await using one = await startNode({ listen, tls, edges: edges() });
    await using two = await startNode({ listen, tls, peers: [one.url], edges: edges() });
    one.register("echo", ([value]) => value);
    for await (const _ of two.offers({ function: "echo" })) break;
    await using client = await connect(two.url, edges());
    assertEquals(await client.call("echo", ["sealed"]), "sealed");
    const stranger = connect(one.url, { connectTimeout: 300 });
    const error = await assertRejects(() => stranger, FarcallError);
    assertEquals([error.code, error.ran], ["UNAVAILABLE", "no"]);
  },
);
