import { type Refusal, refuse } from "../contract/guard.ts";

/** The answer to everything that arrives while the node is closing. */
export function shuttingDown(): Refusal {
  return refuse({
    rule: "shutdown",
    code: "ERR_SHUTTING_DOWN",
    seen: "closing",
    wanted: "running",
    headers: { "Retry-After": "5" },
  });
}
