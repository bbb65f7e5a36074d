import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { connect, FarcallError, type LinkEvent, startNode } from "../../mod.ts";
import { ListenError } from "../../lib/edges/transport.ts";
import { assertServes, attacked, LISTEN } from "./attacked_node.ts";
import { hello, within } from "./raw_peer.ts";

// The other way round: what a node meets where it dials.

Deno.test("a node whose port is taken says so, and the one that has it goes on", () =>
  attacked(async ({ node }) => {
    const error = await assertRejects(() => startNode({ listen: node.url }), ListenError);
    assertEquals(error.code, "address_in_use");
  }));

Deno.test("a node that reaches no peer lives, and links to it when it is there", () =>
  attacked(async ({ node }) => {
    const gone = await startNode({ listen: LISTEN });
    const { url } = gone;
    await gone.drain({ timeout: 0 });
    const events = node.links();
    node.join(url);
    for (let failures = 0; failures < 3; failures += 1) {
      const failed = await nextEvent(events, "dial_failed");
      assert(failed.type === "dial_failed" && failed.retryInMs !== undefined);
      assertEquals(failed.url, url);
    }
    await assertServes(node);
    await using _back = await startNode({ listen: url });
    await nextEvent(events, "link_up");
  }));

async function nextEvent(
  events: AsyncIterableIterator<LinkEvent>,
  type: LinkEvent["type"],
): Promise<LinkEvent> {
  for (;;) {
    const { value, done } = await within(type, events.next());
    if (done) throw new Error(`The node ended before ${type}`);
    if (value.type === type) return value;
  }
}

/** What a server may do with a socket that a node dialled. */
const BAD_SERVERS: Readonly<Record<string, (socket: WebSocket, url: string) => void>> = {
  "talks nonsense": (socket) => socket.send("nonsense"),
  "speaks before it was greeted": (socket) => socket.send('[{"type":"ping"}]'),
  "says that it is a client": (socket) =>
    socket.send(JSON.stringify([hello("client", "ws://nobody.invalid:1")])),
  "says that it is a caller": (socket, url) => socket.send(JSON.stringify([hello("caller", url)])),
  "closes at once": (socket) => socket.close(4999, "go away"),
};

/** A server that treats each socket badly. */
function badServer(treat: (socket: WebSocket, url: string) => void): BadServer {
  const thrice = Promise.withResolvers<void>();
  let dials = 0;
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => {
      // Whoever is refused one dialect may try the other.
      const dialect = request.headers.has("sec-websocket-protocol")
        ? { protocol: "farcall.v1" }
        : {};
      const { socket, response } = Deno.upgradeWebSocket(request, dialect);
      socket.onopen = () => treat(socket, url);
      if ((dials += 1) === 3) thrice.resolve();
      return response;
    },
  );
  const url = `ws://127.0.0.1:${server.addr.port}`;
  const dialledThrice = within("three dials", thrice.promise);
  return { url, dialledThrice, [Symbol.asyncDispose]: () => server.shutdown() };
}

interface BadServer extends AsyncDisposable {
  readonly url: string;
  readonly dialledThrice: Promise<void>;
}

for (const [name, treat] of Object.entries(BAD_SERVERS)) {
  Deno.test(`a node that dials a server which ${name} lives and dials again`, () =>
    attacked(async ({ node }) => {
      await using server = badServer(treat);
      node.join(server.url);
      await server.dialledThrice;
      await assertServes(node);
    }));
}

Deno.test("a client whose servers talk nonsense is told, in one sentence", async () => {
  await using server = badServer((socket) => socket.send("nonsense"));
  const failed = connect(server.url, { connectTimeout: 1_000, dialects: ["farcall.v1"] });
  const error = await assertRejects(() => failed, FarcallError);
  assertEquals(error.code, "UNAVAILABLE");
  assertMatch(error.message, /^[^\n]+$/);
  assertMatch(error.message, new RegExp(server.url));
  await server.dialledThrice;
});
