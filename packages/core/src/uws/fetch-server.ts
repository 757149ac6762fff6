import { type Refusal, refuse } from "../contract/guard.ts";
import type { Logger } from "../contract/logger.ts";
import type { FetchRoute } from "../contract/transport.ts";
import type { NativeResponse } from "./native.ts";
import type { ReadRequest } from "./read-request.ts";
import type { RefusalLog } from "./refusal-log.ts";
export class FetchServer {
  constructor(_log: Logger, _refusals: RefusalLog) {}
  readonly serve = (res: NativeResponse, _request: ReadRequest, _route: FetchRoute): void => {
    res.end("todo");
  };
  settled(): Promise<void> {
    return Promise.resolve();
  }
}
