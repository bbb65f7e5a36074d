/**
 * Writes `deno.jsr.json`: the project's configuration without the stand-ins in `links/`, so that a
 * release runs its gates against the real `@std`. It must lie beside `deno.json`.
 *
 * ```sh
 * deno run --allow-read --allow-write scripts/jsr_config.ts
 * deno test --allow-all --config deno.jsr.json
 * ```
 *
 * @module
 */

interface Config {
  readonly publish: { readonly include: readonly string[] };
  readonly [setting: string]: unknown;
}

/** The configuration for a machine that reaches JSR; everything but links, lock and files is kept. */
export function jsrConfig(config: Config): Config {
  const { links: _links, ...rest } = config;
  return {
    ...rest,
    // A lock of its own: the one of the project records the stand-ins.
    lock: { path: "deno.jsr.lock" },
    publish: {
      ...config.publish,
      include: config.publish.include.filter((path) => !path.startsWith("links/")),
    },
  };
}

if (import.meta.main) {
  const { default: config } = await import("../deno.json", { with: { type: "json" } });
  const target = new URL("../deno.jsr.json", import.meta.url);
  await Deno.writeTextFile(target, `${JSON.stringify(jsrConfig(config), null, 2)}\n`);
}
