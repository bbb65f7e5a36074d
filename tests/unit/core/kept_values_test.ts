import { assert, assertEquals, assertMatch } from "@std/assert";
import { KeptValues } from "../../../lib/core/kept_values.ts";
import { KEPT_ORPHAN_MS, KEPT_UNITS_MAX, KEPT_VALUES_MAX } from "../../../lib/protocol/limits.ts";
import { Payload } from "../../../lib/protocol/payload.ts";

function kept(unitsMin = 1): KeptValues {
  return new KeptValues(Math.random, unitsMin);
}

const VALUE = Payload.fromValue({ body: "text" });

Deno.test("KeptValues gives what it keeps to whoever has the ticket, whole or a field of it", () => {
  const values = kept();
  const { ticket = "", units } = values.keep(VALUE, 1, 100) ?? {};
  assertMatch(ticket, /^[0-9a-f]{32}$/);
  assertEquals(units, VALUE.text.length);
  assertEquals(values.take(ticket, []), VALUE);
  const field = values.take(ticket, ["body"]);
  assert(typeof field !== "string");
  assertEquals(field.value, "text");
  assertEquals([values.take(ticket, ["no"]), values.take("other", [])], ["nowhere", "gone"]);
  values.release(ticket);
  assertEquals([values.take(ticket, []), values.size, values.units], ["gone", 0, 0]);
});

Deno.test("KeptValues forgets a value with its time, and sooner when its owner is gone", () => {
  const values = kept();
  const short = values.keep(VALUE, 1, 100)?.ticket ?? "";
  const long = values.keep(VALUE, 1, 1_000_000)?.ticket ?? "";
  const other = values.keep(VALUE, 2, 1_000_000)?.ticket ?? "";
  values.orphaned(1, 50);
  assertEquals(values.nextAt, 100, "never later than its own time");
  values.expire(100);
  assertEquals([values.take(short, []), values.size], ["gone", 2]);
  values.expire(50 + KEPT_ORPHAN_MS);
  assertEquals(values.take(long, []), "gone");
  assertEquals(values.take(other, []), VALUE);
  values.release(other);
  assertEquals([values.size, values.units, values.nextAt], [0, 0, Infinity]);
});

Deno.test("KeptValues keeps nothing that is short, nothing beyond its room, and nothing once it is closed", () => {
  const values = kept(10);
  assertEquals(values.keep(Payload.fromValue("short"), 1, 100), undefined);
  const big = Payload.fromText(`"${"x".repeat(KEPT_UNITS_MAX / 2 - 2)}"`);
  assert(values.keep(big, 1, 100) !== undefined);
  assert(values.keep(big, 1, 100) !== undefined);
  assertEquals(values.keep(VALUE, 1, 100), undefined);
  const many = kept();
  for (let count = 0; count < KEPT_VALUES_MAX; count += 1) many.keep(VALUE, 1, 100);
  assertEquals([many.keep(VALUE, 1, 100), many.size], [undefined, KEPT_VALUES_MAX]);
  const closed = kept();
  closed.close();
  assertEquals(closed.keep(VALUE, 1, 100), undefined);
});
