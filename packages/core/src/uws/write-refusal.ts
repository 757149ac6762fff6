import { STATUS_CODES } from "node:http";
import { describeError } from "../contract/errors.ts";
import type { Refusal } from "../contract/guard.ts";
import type { NativeResponse } from "./native.ts";

/**
 * Answers a refusal and closes the connection, as Ratchet does. The client reads what went wrong
 * but not what would have been accepted: allow-lists are for the log only.
 */
export function writeRefusal(res: NativeResponse, refusal: Refusal, method = "GET"): void {
  res.writeStatus(`${refusal.status} ${STATUS_CODES[refusal.status] ?? "Refused"}`);
  for (const [name, value] of Object.entries(refusal.headers ?? {})) res.writeHeader(name, value);
  res.writeHeader("Content-Type", "text/plain; charset=utf-8");
  res.writeHeader("Cache-Control", "no-store");
  // The engine would send the body of an answer to HEAD as well.
  res.end(method === "HEAD" ? "" : `${refusal.code}: ${describeError(refusal.code, {})}\n`, true);
}
