import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import { messageOf, WindlassError } from "../contract/errors.ts";
import type { Native, NativeApp } from "./native.ts";

/** PEM files for serving `wss` without a proxy. */
export interface TlsOptions {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile?: string | undefined;
  readonly passphrase?: string | undefined;
}

/**
 * The engine's app, encrypted or not. The engine does not say what is wrong with a certificate, so
 * Node loads the same files first.
 *
 * @throws WindlassError `ERR_TLS_INVALID`
 */
export async function createNativeApp(
  native: Native,
  tls: TlsOptions | undefined,
): Promise<NativeApp> {
  if (tls === undefined) return native.App() as NativeApp;
  const { certFile, keyFile, caFile, passphrase } = tls;
  try {
    const [cert, key] = await Promise.all([readFile(certFile), readFile(keyFile)]);
    const ca = caFile === undefined ? undefined : await readFile(caFile);
    createSecureContext({ cert, key, ca, passphrase });
    // Inside as well: there are files that Node takes and the engine does not.
    return native.SSLApp({
      cert_file_name: certFile,
      key_file_name: keyFile,
      ...(caFile !== undefined && { ca_file_name: caFile }),
      ...(passphrase !== undefined && { passphrase }),
    }) as NativeApp;
  } catch (error) {
    const files = [`certFile ${certFile}`, `keyFile ${keyFile}`];
    if (caFile !== undefined) files.push(`caFile ${caFile}`);
    const problem = `${messageOf(error)} (${files.join(", ")})`;
    throw new WindlassError("ERR_TLS_INVALID", { problem }, { cause: error });
  }
}
