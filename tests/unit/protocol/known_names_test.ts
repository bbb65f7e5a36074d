import { assert, assertEquals } from "@std/assert";
import { KnownNames } from "../../../lib/protocol/known_names.ts";

Deno.test("KnownNames takes names and nothing else, however often it is asked", () => {
  const names = new KnownNames();
  const long = "x".repeat(257);
  for (let times = 0; times < 2; times++) {
    for (const name of ["f", "ü", "x".repeat(256)]) assert(names.find(name) === name);
    for (const none of ["", "a\nb", long, 7, null, undefined, ["f"], "\ud800"]) {
      assert(names.find(none) === undefined, String(none));
    }
  }
});

Deno.test("KnownNames keeps 4,096 names at most, and finds right when more came", () => {
  const names = new KnownNames();
  for (let times = 0; times < 2; times++) {
    for (let at = 0; at <= 4_096; at++) {
      assertEquals(names.find(`f${at}`), `f${at}`);
      assert(names.size <= 4_096);
    }
  }
});
