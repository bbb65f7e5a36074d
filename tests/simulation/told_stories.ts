/**
 * The most telling things that happen to a federation, each on a few nodes.
 *
 * @module
 */
import { Transcript } from "./transcript.ts";

/** The story behind each file in `transcripts/`. */
export const TOLD_STORIES: Readonly<Record<string, () => Transcript>> = {
  slow_link: slowLink,
  cut_short: cutShort,
  restart,
  partition,
  final_withdrawal: finalWithdrawal,
  late_joiner: lateJoiner,
  policy_border: policyBorder,
  resync,
  url_conflict: urlConflict,
  legacy_gateway: legacyGateway,
};

function slowLink(): Transcript {
  const story = new Transcript(
    "The short way is slow",
    `u offers f for three links. The short way from u to x, over a, is slow; the long one, over a and b, is fast. The first
     copy to reach x is the long way's, with no hop left for y. The short one, when it comes, must count all the same.`,
  );
  const links = [["u", "a"], ["a", "x", 500], ["a", "b"], ["b", "x"], ["x", "y"]] as const;
  story.build("u a b x y", links);
  story.offer("u", "f");
  story.tell("u offers f");
  story.goOn();
  story.lists();
  return story;
}

function cutShort(): Transcript {
  const story = new Transcript(
    "Counting to infinity is cut short",
    `a, b and c are linked to each other, and hear of u through a. When u dies without a goodbye, b and c believe each other
     for a while; the distance grows with each round and ends at the radius of the offer, which is 5.`,
  );
  story.build("u a b c", [["u", "a"], ["a", "b"], ["b", "c"], ["c", "a", 15]]);
  story.offer("u", "f", 5);
  story.quiet();
  story.lists();
  story.node("u").kill();
  story.tell("u crashes");
  story.goOn(1_000);
  story.lists();
  return story;
}

function restart(): Transcript {
  const story = new Transcript(
    "A node starts anew",
    `u' is the second life of u. It offers f again, and no longer g. What the first life offered dies with the links that
     brought it.`,
  );
  let life = 0;
  story.add("u", {
    setup: (node) => {
      life += 1;
      node.register("f", () => null);
      if (life === 1) node.register("g", () => null);
    },
  });
  story.build("a b", [["a", "u"], ["b", "a"]]);
  story.lists();
  story.node("u").kill();
  story.node("u").start();
  story.tell("u crashes and starts anew");
  story.goOn(5_000);
  story.lists();
  return story;
}

function partition(): Transcript {
  const story = new Transcript(
    "A partition heals",
    `While a and b are apart, d withdraws what it offered and offers something else. When they meet again, each says what it
     still holds of the other half, and only what is new crosses the link.`,
  );
  story.build("c a b d", [["c", "a"], ["a", "b"], ["b", "d"]]);
  story.offer("c", "f");
  const old = story.offer("d", "g");
  story.quiet();
  story.lists();
  story.world.cut(story.node("a"), story.node("b"));
  story.tell("the path between a and b breaks");
  story.goOn();
  story.node("d").withdraw(old);
  story.offer("d", "h");
  story.tell("d offers h in place of g");
  story.goOn();
  story.world.repair(story.node("a"), story.node("b"));
  story.tell("the path between a and b works again");
  story.goOn(35_000);
  story.lists();
  return story;
}

function finalWithdrawal(): Transcript {
  const story = new Transcript(
    "An origin takes everything back",
    `The same ring as when u died, but u withdraws f. Its last word, that the set is empty, goes along: nobody believes
     anybody any more, and nothing is counted to infinity.`,
  );
  story.build("u a b c", [["u", "a"], ["a", "b"], ["b", "c"], ["c", "a", 15]]);
  const offer = story.offer("u", "f", 5);
  story.quiet();
  story.lists();
  story.node("u").withdraw(offer);
  story.tell("u withdraws f");
  story.goOn();
  story.lists();
  return story;
}

function lateJoiner(): Transcript {
  const story = new Transcript(
    "A node comes late",
    `u, a and b have been quiet for a while. n joins b: one exchange over one link, and it lists what is in its reach. f is
     told for three links, g for two.`,
  );
  story.build("u a b", [["u", "a"], ["a", "b"]]);
  story.offer("u", "f", 3);
  story.offer("u", "g", 2);
  story.offer("a", "h", 1);
  story.quiet();
  story.lists();
  story.add("n");
  story.link("n", "b");
  story.tell("n starts, and joins b");
  story.goOn();
  story.lists();
  return story;
}

function policyBorder(): Transcript {
  const story = new Transcript(
    "A border that lets one cluster through",
    `a is in cluster lab, b and c are at the border in cluster town, d is in cluster sea. a offers f to everybody and g to
     town alone: g never leaves c. And b takes nothing from sea: of d's h, a never hears.`,
  );
  story.add("a", { cluster: "lab" });
  const policy = { links: [{ origins: "sea", allow: false }] };
  story.add("b", { cluster: "town", policy });
  story.add("c", { cluster: "town" });
  story.add("d", { cluster: "sea" });
  for (const [one, other] of [["a", "b"], ["b", "c"], ["c", "d"]] as const) story.link(one, other);
  story.quiet();
  story.tell("linked: a–b, b–c, c–d");
  story.offer("a", "f");
  story.offer("a", "g", 3, ["town"]);
  story.tell("a offers f to everybody, and g to town");
  story.goOn();
  story.offer("d", "h");
  story.tell("d offers h");
  story.goOn();
  story.lists();
  return story;
}

function resync(): Transcript {
  const story = new Transcript(
    "A node starts over",
    `b has lost what a said last, that f of u is gone, and knows that it has lost something. It asks a to start over: what it
     believed on the word of a is out of force until a says so again.`,
  );
  story.build("u a b", [["u", "a"], ["a", "b"]]);
  story.offer("u", "f");
  story.offer("a", "g");
  story.quiet();
  story.lists();
  story.tamper = (message, from, to) =>
    message.type === "reach" && from === "a" && to === "b" ? undefined : message;
  story.node("u").kill();
  story.tell("u crashes");
  story.goOn(1_000);
  story.lists();
  story.tamper = (message) => message;
  story.tell("b notices");
  story.node("b").resync();
  story.goOn();
  story.lists();
  return story;
}

function urlConflict(): Transcript {
  const story = new Transcript(
    "Two live nodes with one URL",
    `Somebody copied a configuration: a second u starts at b while the first one lives at a. They are two lives of one URL,
     so two groups, and all list the later one alone. Each hears of the other, and after half
     a minute says so. When the later one is gone, the former is there again.`,
  );
  story.add("u");
  story.build("a b", [["a", "b"]]);
  const [first, a, b] = [story.node("u"), story.node("a"), story.node("b")];
  first.join(a);
  first.register("f", () => null);
  first.register("g", () => null);
  story.quiet();
  story.lists();
  const second = story.add("copy", { url: first.url });
  second.join(b);
  second.register("f", () => null);
  story.tell("the copy starts, with f alone, and joins b");
  story.goOn(35_000);
  story.lists();
  second.kill();
  story.tell("the copy crashes");
  story.goOn();
  story.lists();
  return story;
}

function legacyGateway(): Transcript {
  const story = new Transcript(
    "A gateway to nodes that flood",
    `u and g are nodes of farcall in cluster town. old and older, each in a cluster of its own, flood in the reference's
     dialect. g is linked to old, and speaks for either side to the other: what u offers goes out as HELLOs, what old and
     older offer comes in as groups that g writes. Floods take nothing back: what u withdraws is gone at once in town, and
     stays with old and older. What g offers itself it can take back from old, by a GOODBYE and a HELLO of what is left. When
     old dies, all that came through it is gone, what older offers too.`,
  );
  story.add("u", { cluster: "town" });
  story.add("g", { cluster: "town" });
  story.link("u", "g");
  const peers = [story.node("g")];
  const old = story.addFlooder("old", { cluster: "harbour", functions: ["h"], peers });
  const older = story.addFlooder("older", { cluster: "hills", peers: [old] });
  story.node("g").join(old);
  story.quiet(12_000);
  story.tell("linked: u–g, g–old, old–older; old offers h");
  story.lists();
  const offer = story.offer("u", "f");
  story.tell("u offers f");
  story.goOn();
  older.offer("k");
  story.tell("older offers k");
  story.goOn();
  story.lists();
  const own = story.offer("g", "p");
  story.offer("g", "q");
  story.tell("g offers p and q");
  story.goOn();
  story.node("u").withdraw(offer);
  story.node("g").withdraw(own);
  story.tell("u withdraws f, and g withdraws p");
  story.goOn();
  story.lists();
  old.kill();
  story.tell("old crashes");
  story.goOn();
  story.lists();
  return story;
}
