import { setTimeout as delay } from "node:timers/promises";
import { accept, type Guard, type GuardContext, type Handshake, type Verdict } from "@windlass/app";
import { Journal } from "./journal.ts";

/** A guard that takes its time, does not care about the signal, and keeps books. */
export class SlowGuard implements Guard {
  /** Values of the query's `id`. */
  readonly starts = new Journal<string>();
  /** Ids whose signal aborted before the verdict. */
  readonly aborts = new Journal<string>();
  readonly verdicts = new Journal<string>();
  readonly releases = new Journal<string>();
  readonly #delayMs: number;

  constructor(delayMs: number) {
    this.#delayMs = delayMs;
  }

  async check(handshake: Handshake, { signal }: GuardContext): Promise<Verdict> {
    const id = handshake.query.get("id") ?? "";
    signal.addEventListener("abort", () => this.aborts.write(id), { once: true });
    this.starts.write(id);
    await delay(this.#delayMs);
    this.verdicts.write(id);
    return accept;
  }

  release(handshake: Handshake): void {
    this.releases.write(handshake.query.get("id") ?? "");
  }
}
