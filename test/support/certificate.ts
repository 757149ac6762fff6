import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ensureBinary } from "./debian-package.ts";
import { runCommand } from "./run-command.ts";

/** A self-signed certificate for localhost and 127.0.0.1, as PEM files. */
export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
  /** The text of `certFile`: what a client trusts as its `ca`. */
  readonly cert: string;
}

/** Makes a certificate in a folder. @param passphrase encrypts the key */
export async function makeCertificate(
  folder: string,
  { name = "server", passphrase }: { readonly name?: string; readonly passphrase?: string } = {},
): Promise<Certificate> {
  const openssl = await ensureBinary({ binary: "/usr/bin/openssl", package: "openssl" });
  const certFile = join(folder, `${name}-cert.pem`);
  const keyFile = join(folder, `${name}-key.pem`);
  const names = "subjectAltName=DNS:localhost,IP:127.0.0.1";
  const encryption = passphrase === undefined ? ["-nodes"] : ["-passout", `pass:${passphrase}`];
  const subject = ["-subj", "/CN=localhost", "-addext", names, "-days", "2"];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", keyFile];
  const args = ["req", "-x509", ...key, ...encryption, ...subject, "-out", certFile];
  await runCommand(openssl, args, { cwd: folder });
  return { certFile, keyFile, cert: readFileSync(certFile, "utf8") };
}
