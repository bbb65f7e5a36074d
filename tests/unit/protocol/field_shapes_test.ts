import { assertEquals } from "@std/assert";
import {
  ADVERTISED_URLS,
  ARGS,
  ID,
  INTEGER,
  KWARGS,
  NUMBER,
  plainCommand,
} from "../../../lib/protocol/field_shapes.ts";

Deno.test("NUMBER refuses the infinity that the parser makes of 1e400", () => {
  assertEquals(NUMBER.parse(JSON.parse("1e400")), undefined);
  assertEquals(NUMBER.parse(-1.5), -1.5);
});

Deno.test("INTEGER takes 1.0 and refuses fractions and unsafe numbers", () => {
  assertEquals(INTEGER.parse(JSON.parse("1.0")), 1);
  assertEquals([1.5, 2 ** 53, "1", null, true].map(INTEGER.parse), Array(5).fill(undefined));
});

Deno.test("ID takes any string up to its limit, the empty one too", () => {
  assertEquals(ID.parse(""), "");
  assertEquals(ID.parse("x".repeat(1_024))?.length, 1_024);
  assertEquals(ID.parse("x".repeat(1_025)), undefined);
});

Deno.test("ARGS and KWARGS end at 256 arguments", () => {
  const object = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, index]));
  assertEquals(ARGS.parse(Array(256).fill(0))?.length, 256);
  assertEquals(ARGS.parse(Array(257).fill(0)), undefined);
  assertEquals(Object.keys(KWARGS.parse(object(256)) ?? {}).length, 256);
  assertEquals(KWARGS.parse(object(257)), undefined);
  assertEquals(KWARGS.parse([]), undefined);
});

Deno.test("ADVERTISED_URLS drops what nobody can dial and refuses what is no string", () => {
  assertEquals(ADVERTISED_URLS.parse(["http://a", "ws://a:1", ""])?.map(String), ["ws://a:1"]);
  assertEquals(ADVERTISED_URLS.parse(["ws://a:1", 1]), undefined);
  assertEquals(ADVERTISED_URLS.parse(Array(9).fill("ws://a:1")), undefined);
});

Deno.test("plainCommand fills in what a command leaves out", () => {
  const command = plainCommand({ name: "a", fun: "f" }, "locs");
  assertEquals(command && { ...command, fun: String(command.fun) }, {
    name: "a",
    fun: "f",
    args: [],
    kwargs: {},
    resources: [],
  });
});
