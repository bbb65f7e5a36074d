/** Reads where a node finds its peers. */
export interface PeerReader {
  /**
   * All addresses that a host name stands for now, in any order; IPv6 without brackets.
   *
   * @throws {Error} If the name is not known, or nobody could be asked.
   */
  resolve(name: string): Promise<readonly string[]>;
  /**
   * The text of a file.
   *
   * @throws {Error} If it can't be read.
   */
  readFile(file: URL): Promise<string>;
}

/** Asks the name servers of the system, for addresses of both families, and reads files. */
export function systemPeerReader(): PeerReader {
  return { resolve, readFile: (file) => Deno.readTextFile(file) };
}

async function resolve(name: string): Promise<readonly string[]> {
  // A name may have addresses of one family only: the other one's failure says nothing.
  const answers = await Promise.allSettled([
    Deno.resolveDns(name, "A"),
    Deno.resolveDns(name, "AAAA"),
  ]);
  const addresses = answers.flatMap((one) => one.status === "fulfilled" ? one.value : []);
  if (addresses.length > 0) return addresses;
  const [first] = answers;
  const cause = first.status === "rejected" ? first.reason : undefined;
  throw new Error(`No addresses behind the name ${name}`, { cause });
}
