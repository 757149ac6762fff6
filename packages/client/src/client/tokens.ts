import type { AuthFrame } from "@windlass/protocol";
import type { ClientClock } from "../client-clock.ts";
import type { MaybePromise } from "../maybe-promise.ts";
import { Timer } from "../timer.ts";
import type { Report } from "./guarded.ts";

/** Answers a token that is good now, or `null` when there is none. */
export type TokenProvider = () => MaybePromise<string | null>;

/** What the tokens need. */
export interface TokenParts {
  /** Missing: the client has no tokens. */
  readonly provider: TokenProvider | undefined;
  readonly clock: ClientClock;
  readonly write: (frame: AuthFrame) => void;
  readonly report: Report;
}

/** With so little time left, a failed refresh is not repeated: the server closes, and we come back. */
const leastMs = 1000;

/** Gets tokens, and fresh ones before they expire. */
export class Tokens {
  readonly #parts: TokenParts;
  readonly #timer: Timer;
  /** Changes when what the provider still answers is of no use any more. */
  #turn = 0;

  constructor(parts: TokenParts) {
    this.#timer = new Timer(parts.clock);
    this.#parts = parts;
  }

  /** A token for a new connection. */
  async next(): Promise<string | undefined> {
    return (await this.#parts.provider?.()) ?? undefined;
  }

  /** The server has accepted one: when 80 % of its time are over, the next one follows. */
  accepted(expiresInMs: number | undefined): void {
    this.stop();
    if (typeof expiresInMs !== "number" || this.#parts.provider === undefined) return;
    this.#timer.set(0.8 * expiresInMs, () => void this.#refresh(0.2 * expiresInMs));
  }

  /** The connection is gone. */
  stop(): void {
    this.#turn += 1;
    this.#timer.stop();
  }

  async #refresh(leftMs: number): Promise<void> {
    const turn = this.#turn;
    let token: string | undefined;
    try {
      token = await this.next();
    } catch (error) {
      this.#parts.report(error);
    }
    if (turn !== this.#turn) return;
    if (token !== undefined) this.#parts.write({ type: "auth", token });
    else if (leftMs > leastMs) this.accepted(leftMs);
  }
}
