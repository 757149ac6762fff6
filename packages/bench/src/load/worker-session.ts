import { BenchError } from "../contract/bench-error.ts";
import type {
  FromWorker,
  ToWorker,
  WorkerResult,
  WorkerShare,
} from "../contract/worker-messages.ts";
import type { Scenario } from "./scenario.ts";

export interface WorkerSessionOptions {
  readonly createScenario: (share: WorkerShare) => Promise<Scenario>;
  readonly send: (message: FromWorker) => void;
  /** The work of this process is over; `exitCode` 0, or 1 after `fatal`. */
  readonly leave: (exitCode: number) => void;
}

const PROGRESS_EVERY_MS = 250;

/** Leads a scenario through the talk with the coordinator: see contract/worker-messages.ts. */
export class WorkerSession {
  readonly #options: WorkerSessionOptions;
  #scenario: Scenario | undefined;
  #timer: NodeJS.Timeout | undefined;
  #hasFailed = false;
  /** What came out before the connections were held. */
  #held: WorkerResult | undefined;

  constructor(options: WorkerSessionOptions) {
    this.#options = options;
  }

  /** Never rejects: what goes wrong is told as `fatal`. */
  async handle(message: ToWorker): Promise<void> {
    try {
      if (message.kind === "begin") await this.#begin(message.share);
      else await this.#advance(message.kind, this.#requireScenario(message.kind));
    } catch (error) {
      this.fail(error);
    }
  }

  /** The worker cannot go on. Only the first cause is told; others follow from it. */
  fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    clearInterval(this.#timer);
    this.#options.send({ kind: "fatal", message: describeFault(error) });
    this.#options.leave(1);
  }

  async #begin(share: WorkerShare): Promise<void> {
    const scenario = await this.#options.createScenario(share);
    this.#scenario = scenario;
    await scenario.open();
    this.#options.send({ kind: "opened", connections: scenario.connections() });
  }

  async #advance(kind: Exclude<ToWorker["kind"], "begin">, scenario: Scenario): Promise<void> {
    switch (kind) {
      case "warmUp":
        scenario.warmUp();
        this.#reportProgress(scenario);
        return;
      case "measure":
        scenario.measure();
        this.#reportProgress(scenario);
        await this.#awaitFinish(scenario);
        return;
      case "stop":
        this.#lastProgress(scenario);
        this.#options.send({ kind: "result", result: await scenario.stop() });
        await this.#release(scenario);
        return;
      case "release":
        await this.#release(scenario);
        return;
      default:
        kind satisfies never;
    }
  }

  /** `connect` and `reconnect` end by themselves; what `connect` opened is held until `release`. */
  async #awaitFinish(scenario: Scenario): Promise<void> {
    if (scenario.finished === undefined) return;
    const result = await scenario.finished;
    this.#lastProgress(scenario);
    if (scenario.holds === true) {
      this.#held = result;
      this.#options.send({ kind: "held" });
    } else {
      this.#options.send({ kind: "result", result });
      await this.#release(scenario);
    }
  }

  async #release(scenario: Scenario): Promise<void> {
    // With the connections that were lost while they were held.
    const held = this.#held && { ...this.#held, connections: scenario.connections() };
    if (held !== undefined) this.#options.send({ kind: "result", result: held });
    await scenario.release();
    this.#options.leave(0);
  }

  #reportProgress(scenario: Scenario): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#sendProgress(scenario), PROGRESS_EVERY_MS);
  }

  /** What came since the last one belongs to the timeline, too. */
  #lastProgress(scenario: Scenario): void {
    clearInterval(this.#timer);
    this.#sendProgress(scenario);
  }

  #sendProgress(scenario: Scenario): void {
    this.#options.send({ kind: "progress", progress: scenario.takeProgress() });
  }

  #requireScenario(kind: ToWorker["kind"]): Scenario {
    if (this.#scenario !== undefined) return this.#scenario;
    throw new Error(`The message ${kind} came before begin.`);
  }
}

/** A sentence where one was meant for people; of anything else all there is to find the fault. */
function describeFault(error: unknown): string {
  if (error instanceof BenchError) return error.message;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `A worker of windlass-bench failed unexpectedly: ${text}`;
}
