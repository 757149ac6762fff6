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
  try {
    const [cert, key] = await Promise.all([readFile(tls.certFile), readFile(tls.keyFile)]);
    const ca = tls.caFile === undefined ? undefined : await readFile(tls.caFile);
    createSecureContext({ cert, key, ca, passphrase: tls.passphrase });
  } catch (error) {
    const { certFile, keyFile } = tls;
    const problem = `${messageOf(error)} (certFile ${certFile}, keyFile ${keyFile})`;
    throw new WindlassError("ERR_TLS_INVALID", { problem }, { cause: error });
  }
  return native.SSLApp({
    cert_file_name: tls.certFile,
    key_file_name: tls.keyFile,
    ...(tls.caFile !== undefined && { ca_file_name: tls.caFile }),
    ...(tls.passphrase !== undefined && { passphrase: tls.passphrase }),
  }) as NativeApp;
}
