import type { Logger } from "../contract/logger.ts";
import type { NativeResponse } from "./native.ts";

/**
 * Runs what handles a request. An exception that reached the engine would end the process; here it is
 * logged and the connection cut.
 */
export function containRequest(log: Logger, res: NativeResponse, handle: () => void): void {
  try {
    handle();
  } catch (error) {
    log.error({ err: error }, "a request failed inside the framework: cutting it");
    try {
      res.close();
    } catch {
      // It was answered before it failed, and the native response is gone.
    }
  }
}
