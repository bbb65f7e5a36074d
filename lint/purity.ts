/**
 * The lint plugin that keeps the house's walls: rules `farcall/pure-core` and `farcall/outside-world`.
 *
 * The type check with `deno.core.json` already hides the platform from the pure rooms, but not what
 * belongs to the language, like `Date` and `Math.random`; this plugin finds both. It goes by name, so
 * an alias built from strings escapes it: a guard rail, not a proof.
 *
 * @module
 */

/** Floors 0 to 2: one event in, effects out, and nothing of the world outside. */
const PURE_ROOM = /(?:^|[\\/])lib[\\/](?:protocol|contract|federation|rpc|core)[\\/]/;
/** Rooms that stay free of the runtime's own names; the edges are where those live. */
const LIB_ROOM = /(?:^|[\\/])lib[\\/]([a-z_]+)[\\/]/;

const IMPURE: ReadonlySet<string> = new Set([
  "Date",
  "Deno",
  "Temporal",
  "WebSocket",
  "clearInterval",
  "clearTimeout",
  "console",
  "crypto",
  "fetch",
  "globalThis",
  "performance",
  "process",
  "queueMicrotask",
  "setInterval",
  "setTimeout",
]);

/** What a room above the core may not name, unless it is listed here with less. */
const RUNTIME: ReadonlySet<string> = new Set(["Deno", "WebSocket"]);
const RUNTIME_BY_ROOM: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["edges", new Set<string>()],
  // A program of its own, for Deno: it reads arguments and sets the exit code.
  ["cli", new Set(["WebSocket"])],
]);

/** Whether this identifier only names a member or a key, like `url.protocol` or `{ Date: 1 }`. */
function isOnlyAKey(node: Deno.lint.Identifier): boolean {
  const { parent } = node;
  switch (parent.type) {
    case "MemberExpression":
      return parent.property === node && !parent.computed;
    case "Property":
    case "MethodDefinition":
    case "PropertyDefinition":
      return parent.key === node && !parent.computed;
    case "TSPropertySignature":
    case "TSMethodSignature":
      return parent.key === node && !parent.computed;
    default:
      return false;
  }
}

const plugin: Deno.lint.Plugin = {
  name: "farcall",
  rules: {
    "pure-core": {
      create(ctx) {
        if (!PURE_ROOM.test(ctx.filename)) return {};
        return {
          Identifier(node) {
            if (!IMPURE.has(node.name) || isOnlyAKey(node)) return;
            ctx.report({
              node,
              message: `'${node.name}' reaches outside the pure core`,
              hint: "Take it from an event, or return an effect",
            });
          },
          'MemberExpression[object.name="Math"][property.name="random"]'(
            node: Deno.lint.MemberExpression,
          ) {
            ctx.report({ node, message: "Randomness comes from the seed in the boot event" });
          },
        };
      },
    },
    "outside-world": {
      create(ctx) {
        const room = LIB_ROOM.exec(ctx.filename)?.[1];
        if (room === undefined || PURE_ROOM.test(ctx.filename)) return {};
        const forbidden = RUNTIME_BY_ROOM.get(room) ?? RUNTIME;
        return {
          Identifier(node) {
            if (!forbidden.has(node.name) || isOnlyAKey(node)) return;
            ctx.report({
              node,
              message: `'${node.name}' is named outside lib/edges`,
              hint: "Take an edge as an argument",
            });
          },
        };
      },
    },
  },
};
export default plugin;
