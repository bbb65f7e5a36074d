import type { SimulatedWorld } from "./simulated_world.ts";
import { type RunOptions, type RunResult, runStory } from "./simulate.ts";
import { shrinkStory } from "./shrink_story.ts";
import type { Story } from "./story.ts";

/** Lines of a transcript that are shown, at most: the last ones. */
const LINES_MAX = 400;

/**
 * Everything one needs to understand a run that went wrong: its seed, the command that replays it, the shortest story that
 * still fails as a transcript, and a drawing.
 *
 * @param command Replays the run.
 */
export function failureReport(story: Story, options: RunOptions, command: string): string {
  const short = shrinkStory(story, options);
  const lines: string[] = [];
  const result = runStory(short, { ...options, tell: (line) => lines.push(line) });
  const { seed, mode, topology, nodes, operations } = story;
  const left = `${short.operations.length} of ${operations.length} operations`;
  const skipped = Math.max(0, lines.length - LINES_MAX);
  return [
    `Seed ${seed} (${mode}, ${topology}, ${nodes} nodes) ends badly.`,
    `Replay: ${command}`,
    "",
    `The shortest story that ends so has ${left} and ${short.edges.length} links:`,
    "",
    ...(skipped === 0 ? [] : [`(${skipped} lines before)`]),
    ...lines.slice(skipped),
    "",
    drawing(result),
  ].join("\n");
}

/** The federation at its end as a Mermaid graph: who is alive, what is linked, which paths do not work. */
export function drawing({ world, violations }: Pick<RunResult, "world" | "violations">): string {
  const accused = violations.map(({ text }) => text).join("\n");
  const lines = ["graph LR"];
  for (const node of world.nodes) {
    const { name, cluster, isAlive, isRunning } = node;
    const state = isRunning ? "" : isAlive ? ", stands still" : ", dead";
    const funs = [...new Set([...node.offers.values()].map(({ fun }) => fun))].join(" ");
    lines.push(`  ${name}["${name} ${cluster}${state}<br/>${funs || "offers nothing"}"]`);
    if (!isRunning) lines.push(`  style ${name} stroke-dasharray: 4`);
    else if (new RegExp(`\\b${name}\\b`).test(accused)) lines.push(`  style ${name} stroke:#c00`);
  }
  return [...lines, ...edgeLines(world)].join("\n");
}

function edgeLines(world: SimulatedWorld): string[] {
  const lines: string[] = [];
  for (const one of world.nodes) {
    const links = one.links();
    for (const other of world.nodes) {
      if (world.nodes.indexOf(other) <= world.nodes.indexOf(one)) continue;
      const isUp = links.includes(other.url) || other.links().includes(one.url);
      if (isUp) lines.push(`  ${one.name} --- ${other.name}`);
      else if (one.peers.has(other) || other.peers.has(one)) {
        const why = world.isOpen(one, other) ? "no link" : "no path";
        lines.push(`  ${one.name} -. ${why} .- ${other.name}`);
      }
    }
  }
  return lines;
}
