import type { Report } from "../core/reports.ts";
import type { OperationKind } from "./fault_options.ts";
import type { Operation } from "./operation.ts";

type Words = (node: string, other: string, value: number) => string;

const WORDS: Readonly<Record<OperationKind, Words>> = {
  register: (node) => `${node} registers one more function`,
  withdraw: (node) => `${node} withdraws a function`,
  reregister: (node) => `${node} registers a function anew, with other resources`,
  call: (node) => `${node} calls a function`,
  clientCall: () => "the client calls a function",
  request: (node) => `${node} makes a request of several commands`,
  clientRequest: () => "the client makes a request of several commands",
  resync: (node) => `${node} asks its peers to tell everything anew`,
  policy: (node) => `${node} gets other rules for its links and its lists`,
  join: (node, other) => `${node} gets the peer ${other}`,
  cut: (node, other) => `the path between ${node} and ${other} breaks`,
  silence: (node, other) => `the path between ${node} and ${other} goes silent`,
  silenceOneWay: (node, other) => `nothing arrives from ${node} at ${other}`,
  partition: (_node, _other, value) => `partition ${value}`,
  heal: () => "every path works again",
  repair: (node, other) => `the path between ${node} and ${other} works again`,
  crash: (node) => `${node} crashes`,
  powerLoss: (node) => `${node} loses power`,
  restart: (node) => `${node} starts anew`,
  restartBehind: (node) => `${node} starts anew, its clock went back`,
  leave: (node) => `${node} leaves`,
  stop: (node) => `${node} stands still`,
  continue: (node) => `${node} goes on`,
  slow: (node, other, value) => `from ${node} to ${other} is ${value % 2 === 0 ? "slow" : "quick"}`,
  narrow: (node, other, value) =>
    `from ${node} to ${other} ${
      value % 3 === 0 ? "any number of frames" : `${value % 3} frames`
    } fit`,
  clockJump: (node, _, value) => `the clock of ${node} jumps ${value % 3 > 0 ? "ahead" : "back"}`,
};

/** One line of a transcript: when, who, what. */
export function line(at: number, who: string, what: string): string {
  return `${at.toFixed(1).padStart(10)} ${who.padEnd(7)} ${what}`;
}

/** A fault or a deed, as a line; `nodes` = from this number on nodes flood. */
export function operationLine(
  at: number,
  { kind, node, other, value }: Operation,
  nodes = Infinity,
): string {
  const named = (number: number): string => number < nodes ? `n${number}` : `o${number - nodes}`;
  return line(at, "*", WORDS[kind](named(node), named(other), value));
}

/** What a node or client says of itself, as a line. */
export function reportLine(at: number, name: string, report: Report): string {
  return line(at, name, words(report));
}

function words(report: Report): string {
  switch (report.type) {
    case "offer_added":
    case "offer_changed":
    case "offer_lost": {
      const { fun, resources, origin, distance } = report.listing;
      const what = report.type.replace("offer_", "");
      return `${what} ${fun} [${resources.join(",")}] of ${short(origin)}, ${distance} links away`;
    }
    case "link_up":
      return `link up ${short(report.peer)}`;
    case "link_down":
      return `link down ${short(report.peer)}: ${report.reason}`;
    case "link_refused":
      return `${short(report.peer)} refuses us: ${report.message}`;
    case "dial_failed":
      return `can't reach ${short(report.url)}: ${report.message}`;
    case "connected":
    case "disconnected":
      return `${report.type} ${short(report.url)} ${report.reason}`.trimEnd();
    case "url_conflict":
      return `another node has the URL ${report.url}`;
    default:
      return `${report.type}: ${report.message}`;
  }
}

/** A URL of a simulated node, as its name. */
function short(url: string): string {
  return url.replace("ws://", "").replace(".example:9000", "");
}
