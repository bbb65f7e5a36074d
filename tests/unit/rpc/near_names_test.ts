import { assert, assertEquals } from "@std/assert";
import { nearNames } from "../../../lib/rpc/near_names.ts";

Deno.test("nearNames forgives one mistake in four letters, and at least one", () => {
  const known = ["embed", "fetch_page", "search", "f"];
  assertEquals(nearNames("embd", known), ["embed"], "a letter left out");
  assertEquals(nearNames("embedd", known), ["embed"], "one too many");
  assertEquals(nearNames("ebmed", known), ["embed"], "two swapped");
  assertEquals(nearNames("Embed", known), ["embed"], "the case");
  assertEquals(nearNames("fetch-pagee", known), ["fetch_page"], "two in eleven");
  assertEquals(nearNames("mbd", known), [], "two in three");
  assertEquals(nearNames("g", known), ["f"]);
});

Deno.test("nearNames gives the nearest first, three at most", () => {
  const known = ["tokenize_d", "tokenizer", "tokenise", "tokenize2", "tokenized"];
  const near = nearNames("tokenize", known);
  assertEquals(near.length, 3);
  assertEquals(new Set(near).size, 3);
  assert(!near.includes("tokenize_d"), "two mistakes come after one");
});

Deno.test("nearNames looks at no more than 1,024 names, and compares no long ones", () => {
  let looked = 0;
  function* names() {
    for (;;) {
      looked += 1;
      yield `name_${looked}`;
    }
  }
  assertEquals(nearNames("embed", names()), []);
  assert(looked <= 1_025, `${looked} looked at`);
  assertEquals(nearNames("x".repeat(65), ["x".repeat(65)]), []);
  assertEquals(nearNames("x".repeat(64), ["x".repeat(65)]), []);
});
