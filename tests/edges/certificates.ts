/**
 * A certificate authority and a certificate of its making, for tests of TLS.
 *
 * @module
 */

/** PEM texts. */
export interface Certificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Makes an authority and a certificate for 127.0.0.1; `undefined` where there is no openssl. */
export async function makeCertificates(): Promise<Certificates | undefined> {
  const directory = await Deno.makeTempDir();
  const run = async (...args: string[]): Promise<void> => {
    const command = new Deno.Command("openssl", { args, cwd: directory, stderr: "piped" });
    const { success, stderr } = await command.output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  };
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  try {
    await run(
      "req",
      "-x509",
      ...newKey,
      "-keyout",
      "ca.key",
      "-out",
      "ca.pem",
      "-days",
      "2",
      "-subj",
      "/CN=Test CA",
    );
    await run("req", ...newKey, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=leaf");
    const extensions = "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n";
    await Deno.writeTextFile(`${directory}/leaf.ext`, extensions);
    await run(
      "x509",
      "-req",
      "-in",
      "leaf.csr",
      "-CA",
      "ca.pem",
      "-CAkey",
      "ca.key",
      "-CAcreateserial",
      "-days",
      "2",
      "-extfile",
      "leaf.ext",
      "-out",
      "leaf.pem",
    );
    const [ca = "", cert = "", key = ""] = await Promise.all(
      ["ca.pem", "leaf.pem", "leaf.key"].map((name) => Deno.readTextFile(`${directory}/${name}`)),
    );
    return { ca, cert, key };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
