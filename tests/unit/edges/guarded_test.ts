import { assertEquals } from "@std/assert";
import { guarded } from "../../../lib/edges/guarded.ts";

class Base {
  readonly #seen: string[] = [];

  inherited(what: string): void {
    this.#seen.push(what);
  }

  get seen(): readonly string[] {
    return [...this.#seen];
  }
}

class Sink extends Base {
  failing(): void {
    throw new Error("broken");
  }
}

Deno.test("guarded calls methods on the object itself, inherited ones too", () => {
  const sink = new Sink();
  const guard = guarded(sink, () => {});
  guard.inherited("a");
  assertEquals(sink.seen, ["a"]);
});

Deno.test("guarded tells what a method threw and does not throw", () => {
  const failures: unknown[] = [];
  guarded(new Sink(), (error) => failures.push(error)).failing();
  const plain = {
    now: (): void => {
      throw new Error("at once");
    },
  };
  guarded(plain, (error) => failures.push(error)).now();
  assertEquals(failures.map(String), ["Error: broken", "Error: at once"]);
});
