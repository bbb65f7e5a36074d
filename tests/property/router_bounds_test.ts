/**
 * What a router holds is bounded by what its live links advertise, whatever a stalled neighbour does.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { announced, group, reach, Talk } from "../unit/federation/router_talk.ts";
import { runOptions } from "./run_options.ts";

const LINKS = [1, 2, 3] as const;
const STALLED = 3;

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom("register", "withdraw", "tell", "takeBack", "flap"),
    link: fc.constantFrom(1, 2),
    number: fc.nat(7),
  }),
  { maxLength: 80 },
);

Deno.test("HopRouter never keeps more for a stalled link than it knows groups, and ends empty (I7)", () => {
  fc.assert(
    fc.property(steps, (drawn) => {
      const talk = new Talk({ retentionMs: 0 });
      for (const link of LINKS) talk.up(link, `peer${link}`);
      talk.stalled.add(STALLED);
      const own: number[] = [];
      const handles = new Map<string, number>();
      let next = 1;
      for (const { kind, link, number } of drawn) {
        const key = `${link} ${number}`;
        const handle = handles.get(key);
        if (kind === "register") own.push(talk.register(`f${number}`, 1 + number));
        else if (kind === "withdraw") talk.router.withdraw(own.shift() ?? -1);
        else if (kind === "tell" && handle === undefined) {
          assertEquals(talk.hear(link, ...announced(next, group(`origin${number}`), 1)), undefined);
          handles.set(key, next++);
        } else if (kind === "takeBack" && handle !== undefined) {
          assertEquals(talk.hear(link, reach(handle, undefined)), undefined);
          handles.delete(key);
        } else if (kind === "flap") {
          talk.router.linkDown(link, talk.now);
          talk.flush();
          talk.up(link, `peer${link}`);
          for (const other of [...handles.keys()]) {
            if (other.startsWith(`${link} `)) handles.delete(other);
          }
        }
        talk.flush();
        const { groups, dirty } = talk.router.sizes();
        // The two links that take everything have nothing waiting.
        assert(dirty <= groups, `${dirty} wait for one link, of ${groups} groups`);
        // Own ones by radius, one for each origin in somebody's words, and what the stalled link was told and must hear
        // the end of: nothing, since it was stalled before there was anything.
        assert(groups <= 8 + 8, `${groups} groups`);
      }
      for (const id of own) talk.router.withdraw(id);
      for (const link of LINKS) talk.router.linkDown(link, talk.now);
      talk.flush();
      assertEquals(talk.router.sizes(), { groups: 0, links: 0, dirty: 0, retained: 0 });
    }),
    runOptions(400),
  );
});
