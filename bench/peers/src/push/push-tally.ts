import type { Answer } from "./answer-parser.ts";
import { Latencies, type LatencyPair } from "./latencies.ts";

/** What became of the requests. */
export interface PushFigures {
  /** With status 200, within the measured span, per second. */
  readonly answeredPerSecond: number;
  /** From when a request was due to its answer; of those due within the measured span. */
  readonly latency: LatencyPair | undefined;
  /** From when a request was due to when it was sent: timers, and waiting for a free connection. */
  readonly lateness: LatencyPair | undefined;
  /** With status 200, warm-up and all. */
  readonly accepted: number;
  /** How many answers had which status other than 200. */
  readonly otherStatuses: ReadonlyMap<number, number>;
  /** Sentences: what went wrong. */
  readonly failures: readonly string[];
}

/** Lost connections are told one by one up to here. */
const toldLosses = 3;
/** Of the body of the first refusal, in characters. */
const toldBody = 200;

/** Counts requests. Times are milliseconds of one clock. */
export class PushTally {
  readonly #latencies = new Latencies();
  readonly #lateness = new Latencies();
  readonly #otherStatuses = new Map<number, number>();
  readonly #losses: string[] = [];
  #beginMs = Number.POSITIVE_INFINITY;
  #endMs = Number.POSITIVE_INFINITY;
  #sent = 0;
  #answered = 0;
  #accepted = 0;
  #acceptedInSpan = 0;
  #lost = 0;
  #firstRefusal: Answer | undefined;

  /** The measured span begins. */
  begin(nowMs: number): void {
    this.#beginMs = nowMs;
  }

  /** The measured span ends; answers to what was due in it still count. */
  end(nowMs: number): void {
    this.#endMs = nowMs;
  }

  get sent(): number {
    return this.#sent;
  }

  noteSent(dueMs: number, nowMs: number): void {
    this.#sent += 1;
    if (this.#isInSpan(dueMs)) this.#lateness.record(nowMs - dueMs);
  }

  noteAnswer(answer: Answer, dueMs: number, nowMs: number): void {
    this.#answered += 1;
    if (this.#isInSpan(dueMs)) this.#latencies.record(nowMs - dueMs);
    const { status } = answer;
    if (status === 200) {
      this.#accepted += 1;
      if (this.#isInSpan(nowMs)) this.#acceptedInSpan += 1;
      return;
    }
    this.#firstRefusal ??= answer;
    this.#otherStatuses.set(status, (this.#otherStatuses.get(status) ?? 0) + 1);
  }

  noteLoss(reason: string): void {
    this.#lost += 1;
    if (this.#losses.length < toldLosses) this.#losses.push(reason);
  }

  /** @param due how many requests became due in all */
  figures(due: number): PushFigures {
    const seconds = (this.#endMs - this.#beginMs) / 1_000;
    return {
      answeredPerSecond: seconds > 0 ? this.#acceptedInSpan / seconds : 0,
      latency: this.#latencies.summary(),
      lateness: this.#lateness.summary(),
      accepted: this.#accepted,
      otherStatuses: this.#otherStatuses,
      failures: this.#failures(due),
    };
  }

  #isInSpan(ms: number): boolean {
    return ms >= this.#beginMs && ms < this.#endMs;
  }

  #failures(due: number): readonly string[] {
    const sentences: string[] = [];
    const { status, body } = this.#firstRefusal ?? {};
    if (status !== undefined) {
      const refused = this.#answered - this.#accepted;
      sentences.push(
        `${refused} of ${due} requests were refused, the first with ${status}: ${body?.slice(0, toldBody)}`,
      );
    }
    const open = due - this.#answered;
    if (open > 0) {
      const unsent = due - this.#sent;
      sentences.push(
        `${open} of ${due} requests had no answer, ${unsent} of which could not even be sent; ask for a lower --rate`,
      );
    }
    if (this.#lost > 0) {
      sentences.push(
        `${this.#lost} HTTP connections were lost: ${[...new Set(this.#losses)].join("; ")}`,
      );
    }
    return sentences;
  }
}
