import { BenchError } from "../contract/bench-error.ts";
import type { FromWorker, Progress, ToWorker, WorkerShare } from "../contract/worker-messages.ts";
import { CrewMember } from "./crew-member.ts";
import type { RunControl } from "./run-control.ts";
import type { StartWorker } from "./worker-link.ts";

const LEAVE_TIMEOUT_MS = 5_000;

export interface CrewOptions {
  readonly shares: readonly WorkerShare[];
  readonly start: StartWorker;
  readonly control: RunControl;
  readonly onProgress: (worker: number, progress: Progress) => void;
}

/** All workers of a run. One that fails, or ends before its result, ends the run. */
export class Crew {
  readonly #members: readonly CrewMember[];
  readonly #control: RunControl;

  constructor({ shares, start, control, onProgress }: CrewOptions) {
    this.#control = control;
    this.#members = shares.map(
      (share) =>
        new CrewMember(start, {
          progress: (progress) => onProgress(share.worker, progress),
          failed: (reason) => this.#failed(share.worker, reason),
        }),
    );
    for (const [index, share] of shares.entries()) {
      this.#members[index]?.tell({ kind: "begin", share });
    }
  }

  tell(message: ToWorker): void {
    for (const member of this.#members) member.tell(message);
  }

  /** What every worker answered with that kind; resolves when the last of them has. */
  all<Kind extends FromWorker["kind"]>(kind: Kind): Promise<Extract<FromWorker, { kind: Kind }>[]> {
    const answers = Promise.all(this.#members.map((member) => member.answer(kind)));
    return this.#control.until(answers);
  }

  /** Lets the workers leave, and kills those that do not; at once when the run has failed. */
  async end(): Promise<void> {
    if (this.#control.signal.aborted) {
      for (const member of this.#members) member.kill();
    } else {
      this.tell({ kind: "release" });
    }
    await Promise.all(this.#members.map((member) => member.leave(LEAVE_TIMEOUT_MS)));
  }

  #failed(worker: number, reason: string | { readonly how: string }): void {
    const number = `Worker ${worker + 1} of ${this.#members.length}`;
    const sentence =
      typeof reason === "string"
        ? reason
        : `${number} ended unexpectedly (${reason.how}), so the run was given up. ${hint(reason.how)}`;
    this.#control.fail(new BenchError(sentence));
  }
}

function hint(how: string): string {
  return how === "SIGKILL"
    ? "Was memory short? Use fewer --connections or smaller messages."
    : "Its own output above tells why.";
}
