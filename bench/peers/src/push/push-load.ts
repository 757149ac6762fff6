import type { Answer } from "./answer-parser.ts";
import { DueTimes } from "./due-times.ts";
import { PushConnection } from "./push-connection.ts";
import { type PushFigures, PushTally } from "./push-tally.ts";

/** What load there is to be. */
export interface PushLoadOptions {
  /** Where the server listens, on 127.0.0.1. */
  readonly port: number;
  readonly connections: number;
  readonly ratePerSecond: number;
  /** Makes request number `index`, when it is sent. */
  readonly request: (index: number) => string;
  /** How long `stop` waits for what is open. Default: 5,000. */
  readonly patienceMs?: number;
}

/**
 * Requests at a fixed rate, whatever the server does: an open loop. One that finds no free connection
 * waits for it, and its latency counts from when it was due, so that no stall is left out (coordinated
 * omission). Timers are good to a millisecond; the clock is not watched in between, because that would
 * take the processor from the sockets beside it.
 */
export class PushLoad {
  readonly #options: PushLoadOptions;
  readonly #tally = new PushTally();
  readonly #open = new Set<PushConnection>();
  /** Taken from the front, so that all are used and none is idle until the server closes it. */
  readonly #free: PushConnection[] = [];
  #times: DueTimes | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** How many became due before the load was stopped. */
  #due = 0;
  #isStopping = false;
  #settle: () => void = () => {};

  /** Opens the connections, and sends nothing yet. Rejects with the system's error. */
  static async open(options: PushLoadOptions): Promise<PushLoad> {
    const load = new PushLoad(options);
    try {
      for (let count = 0; count < options.connections; count += 1) await load.#connect();
    } catch (error) {
      load.close();
      throw error;
    }
    return load;
  }

  private constructor(options: PushLoadOptions) {
    this.#options = options;
  }

  start(): void {
    this.#times = new DueTimes(this.#options.ratePerSecond, performance.now());
    this.#tick();
  }

  beginMeasuring(): void {
    this.#tally.begin(performance.now());
  }

  endMeasuring(): void {
    this.#tally.end(performance.now());
  }

  /** Lets nothing more become due, waits for the answers that are missing, and closes. */
  async stop(): Promise<PushFigures> {
    this.#sendDue();
    this.#isStopping = true;
    if (!this.#isSettled) {
      await new Promise<void>((resolve) => {
        const patience = setTimeout(resolve, this.#options.patienceMs ?? 5_000);
        this.#settle = () => {
          clearTimeout(patience);
          resolve();
        };
      });
    }
    this.close();
    return this.#tally.figures(this.#due);
  }

  /** Ends it at once. Closing twice is closing once. */
  close(): void {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    for (const connection of this.#open) connection.close();
    this.#open.clear();
    this.#free.length = 0;
  }

  async #connect(): Promise<void> {
    const connection = await PushConnection.open(this.#options.port, {
      answered: (from, answer) => this.#answered(from, answer),
      lost: (from, reason) => this.#lost(from, reason),
    });
    this.#open.add(connection);
    this.#free.push(connection);
  }

  readonly #tick = (): void => {
    this.#sendDue();
    if (this.#isStopping || this.#times === undefined) return;
    const waitMs = this.#times.dueAtMs(this.#due) - performance.now();
    this.#timer = setTimeout(this.#tick, Math.max(1, Math.ceil(waitMs)));
  };

  #sendDue(): void {
    const nowMs = performance.now();
    if (!this.#isStopping) this.#due = this.#times?.countAt(nowMs) ?? 0;
    while (this.#times !== undefined && this.#tally.sent < this.#due) {
      const connection = this.#free.shift();
      if (connection === undefined) return;
      const index = this.#tally.sent;
      const dueMs = this.#times.dueAtMs(index);
      connection.send(this.#options.request(index), dueMs);
      this.#tally.noteSent(dueMs, performance.now());
    }
  }

  #answered(connection: PushConnection, answer: Answer): void {
    const { dueMs } = connection;
    if (dueMs === undefined) {
      this.#lost(connection, "it answered what nobody had asked");
      return;
    }
    connection.dueMs = undefined;
    this.#tally.noteAnswer(answer, dueMs, performance.now());
    this.#free.push(connection);
    // Also what became due since the last timer: this is closer to its time.
    this.#sendDue();
    if (this.#isSettled) this.#settle();
  }

  #lost(connection: PushConnection, reason: string): void {
    connection.close();
    if (!this.#open.delete(connection)) return;
    this.#tally.noteLoss(reason);
    const place = this.#free.indexOf(connection);
    if (place !== -1) this.#free.splice(place, 1);
    if (this.#isSettled) this.#settle();
  }

  /** Nothing is missing, or nothing more can come. */
  get #isSettled(): boolean {
    const isDone = this.#tally.sent >= this.#due && this.#free.length === this.#open.size;
    return isDone || this.#open.size === 0;
  }
}
