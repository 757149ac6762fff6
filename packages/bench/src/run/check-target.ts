import { BenchError } from "../contract/bench-error.ts";
import type { BenchSettings } from "../contract/settings.ts";
import { isLoopback } from "../settings/target-url.ts";

/**
 * Only servers on this machine are loaded, unless the user says that the server is theirs.
 *
 * @throws BenchError for every other target
 */
export function checkTarget({ url, iOwnThisServer }: BenchSettings): void {
  if (iOwnThisServer || isLoopback(new URL(url))) return;
  throw new BenchError(
    `${url} is not on this machine; wanted localhost, 127.0.0.0/8 or [::1]. Load on the server of somebody ` +
      "else is an attack. If it is your own, add --i-own-this-server.",
  );
}
