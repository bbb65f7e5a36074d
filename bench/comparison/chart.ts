/**
 * The comparison as a drawing: in how many of a hundred federations something is wrong.
 *
 * It has a ground of its own and follows the reader's colour scheme, so that it can be read on light and dark pages.
 *
 * @module
 */

import type { Tally } from "./tally.ts";

/** A group of bars under one title. */
interface Panel {
  readonly title: string;
  readonly bars: readonly { readonly rule: string; readonly share: number }[];
}

const WIDTH = 760;
const MARGIN = 28;
const LABELS = 230;
const BAR = 20;
const STEP = 28;
const TITLE = 34;
const GAP = 22;
const BARS = WIDTH - MARGIN - LABELS - 84;

const STYLE = `
    .ground { fill: #ffffff; stroke: #d4d4d8 }
    text { fill: #3f3f46; font-size: 14px }
    .title { fill: #18181b; font-size: 15px; font-weight: bold }
    .rest { fill: #f4f4f5 }
    .theirs { fill: #b45309 }
    .ours { fill: #1d4ed8 }
    @media (prefers-color-scheme: dark) {
      .ground { fill: #18181b; stroke: #3f3f46 }
      text { fill: #d4d4d8 }
      .title { fill: #fafafa }
      .rest { fill: #27272a }
      .theirs { fill: #f59e0b }
      .ours { fill: #60a5fa }
    }`;

/** The drawing, as SVG. */
export function chartOf(still: readonly Tally[], churned: readonly Tally[]): string {
  const missed = ({ rule, missed: count, runs }: Tally) => ({ rule, share: count / runs });
  const haunted = ({ rule, haunted: count, runs }: Tally) => ({ rule, share: count / runs });
  const panels: readonly Panel[] = [
    {
      title: "One offer, no failure: a node in its reach never hears of it",
      bars: still.map(missed),
    },
    { title: "Churn: a node misses an offer that is in its reach", bars: churned.map(missed) },
    { title: "Churn: a node lists an offer that is gone", bars: churned.map(haunted) },
  ];
  const runs = (still[0]?.runs ?? 0).toLocaleString("en");
  const body: string[] = [];
  let y = MARGIN;
  for (const { title, bars } of panels) {
    body.push(`<text class="title" x="${MARGIN}" y="${y + 14}">${title}</text>`);
    y += TITLE;
    for (const bar of bars) {
      body.push(...drawBar(bar.rule, bar.share, y));
      y += STEP;
    }
    y += GAP;
  }
  body.push(
    `<text x="${MARGIN}" y="${
      y + 6
    }">Percent of ${runs} random federations each, of 4 to 31 nodes</text>`,
  );
  const height = y + MARGIN;
  const told = panels.map(({ title, bars }) =>
    `${title}: ${bars.map(({ rule, share }) => `${rule} ${percent(share)}`).join(", ")}.`
  ).join(" ");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}"
  role="img" aria-labelledby="title description" font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif">
  <title id="title">First-arrival flooding and farcall in the same random federations</title>
  <desc id="description">${told}</desc>
  <style>${STYLE}
  </style>
  <rect class="ground" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="14" />
  ${body.join("\n  ")}
</svg>
`;
}

function drawBar(rule: string, share: number, y: number): string[] {
  const [left, width] = [MARGIN + LABELS, Math.round(BARS * share)];
  const kind = rule === "farcall" ? "ours" : "theirs";
  return [
    `<text x="${left - 12}" y="${y + 15}" text-anchor="end">${rule}</text>`,
    `<rect class="rest" x="${left}" y="${y}" width="${BARS}" height="${BAR}" rx="3" />`,
    ...(width > 0
      ? [`<rect class="${kind}" x="${left}" y="${y}" width="${width}" height="${BAR}" rx="3" />`]
      : []),
    `<text x="${left + BARS + 10}" y="${y + 15}">${percent(share)}</text>`,
  ];
}

/** One decimal, and never a rounded 0 or 100. */
function percent(share: number): string {
  if (share === 0 || share === 1) return `${share * 100} %`;
  return `${Math.min(99.9, Math.max(0.1, share * 100)).toFixed(1)} %`;
}
