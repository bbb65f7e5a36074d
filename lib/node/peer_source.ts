/**
 * Where a node finds its peers: an address, a name that stands for several, or a file of addresses.
 *
 * @module
 */

import type { PeerReader } from "../edges/peer_reader.ts";
import { LINKS_MAX } from "../protocol/limits.ts";
import { type NodeUrl, nodeUrl } from "../protocol/names.ts";

const DNS = "dns+ws:";

/** A source of addresses that may change. */
export interface PeerSource {
  /** As the author wrote it. */
  readonly text: string;
  /** What it is read from. */
  readonly kind: "dns" | "file";
}

/** Peers as an author wrote them, told apart. */
export interface CheckedPeers {
  /** Addresses of nodes. */
  readonly urls: readonly NodeUrl[];
  /** Names and files. */
  readonly sources: readonly PeerSource[];
}

/**
 * Looks at what an author gave as peers.
 *
 * @throws {TypeError} If one is no address of a node, no `dns+ws:` name and no `file:` URL.
 */
export function checkPeers(peers: readonly string[]): CheckedPeers {
  const urls: NodeUrl[] = [];
  const sources: PeerSource[] = [];
  for (const text of peers) {
    const scheme = /^[a-z+]+:/i.exec(text)?.[0].toLowerCase();
    if (scheme === "file:" && URL.canParse(text)) sources.push({ text, kind: "file" });
    else if (scheme === DNS) {
      addressUrl(text, "127.0.0.1");
      sources.push({ text, kind: "dns" });
    } else if (scheme === "dns+wss:") {
      const named = text.slice("dns+".length);
      throw new TypeError(
        `${text}: a certificate is for a name, not for the addresses behind it: give ${named}`,
      );
    } else urls.push(nodeUrl(text));
  }
  return { urls, sources };
}

/**
 * All addresses of a source, as they are now: 512 at most, sorted.
 *
 * @throws {Error} If it can't be read, or a line of a file is no address.
 */
export async function readSource(
  { text, kind }: PeerSource,
  reader: PeerReader,
): Promise<readonly NodeUrl[]> {
  const urls = kind === "dns"
    ? (await reader.resolve(hostOf(text))).map((address) => addressUrl(text, address))
    : linesOf(text, await reader.readFile(new URL(text)));
  return [...new Set(urls)].sort().slice(0, LINKS_MAX);
}

function hostOf(text: string): string {
  return new URL(`ws:${text.slice(DNS.length)}`).hostname;
}

/** The URL with an address in place of the name. */
function addressUrl(text: string, address: string): NodeUrl {
  const written = `ws:${text.slice(DNS.length)}`;
  const parts = /^(ws:\/\/)(\[[^\]]*\]|[^:/?#]+)(.*)$/.exec(nodeUrl(written));
  if (parts === null) throw new TypeError(`Not a name with addresses behind it: ${text}`);
  const [, scheme = "", , rest = ""] = parts;
  return nodeUrl(`${scheme}${address.includes(":") ? `[${address}]` : address}${rest}`);
}

/** One address a line; empty lines and what follows a `#` say nothing. */
function linesOf(file: string, content: string): NodeUrl[] {
  return content.split(/\r?\n/).flatMap((line, index) => {
    const written = line.replace(/(^|\s)#.*$/, "").trim();
    if (written === "") return [];
    try {
      return [nodeUrl(written)];
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new TypeError(`${file}, line ${index + 1}: ${why}`);
    }
  });
}
