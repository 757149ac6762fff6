import { createHash } from "node:crypto";

/** A script that Redis runs as one step. */
export interface Script {
  readonly text: string;
  /** By which Redis knows it once it has been loaded. */
  readonly hash: string;
}

export function defineScript(text: string): Script {
  return { text, hash: createHash("sha1").update(text).digest("hex") };
}
