import type { FromWorker, Progress, ToWorker } from "../contract/worker-messages.ts";
import type { StartWorker, WorkerLink } from "./worker-link.ts";

export interface CrewMemberListener {
  progress(progress: Progress): void;
  /** The sentence of a `fatal` message, or how the process ended before its result. */
  failed(reason: string | { readonly how: string }): void;
}

type Kind = FromWorker["kind"];
type Answer<K extends Kind> = Extract<FromWorker, { kind: K }>;

/** One worker of a run: remembers what it has said until somebody asks. */
export class CrewMember {
  readonly #listener: CrewMemberListener;
  readonly #link: WorkerLink;
  readonly #said = new Map<Kind, FromWorker>();
  readonly #asked = new Map<Kind, (message: FromWorker) => void>();
  readonly #gone: Promise<void>;

  constructor(start: StartWorker, listener: CrewMemberListener) {
    this.#listener = listener;
    let leave!: () => void;
    this.#gone = new Promise((resolve) => {
      leave = resolve;
    });
    this.#link = start({
      message: (message) => this.#hear(message),
      exit: (how) => {
        leave();
        // A sentence of its own came before; without one and without a result nobody knows why.
        if (!this.#said.has("result") && !this.#said.has("fatal")) listener.failed({ how });
      },
    });
  }

  tell(message: ToWorker): void {
    this.#link.send(message);
  }

  kill(): void {
    this.#link.kill();
  }

  /** The message of that kind, once it has come. */
  answer<K extends Kind>(kind: K): Promise<Answer<K>> {
    const said = this.#said.get(kind);
    if (said !== undefined) return Promise.resolve(said as Answer<K>);
    return new Promise((resolve) => {
      this.#asked.set(kind, (message) => resolve(message as Answer<K>));
    });
  }

  /** Resolves when the process has ended; it is killed after `timeoutMs`. */
  async leave(timeoutMs: number): Promise<void> {
    const timer = setTimeout(() => this.kill(), timeoutMs);
    await this.#gone;
    clearTimeout(timer);
  }

  #hear(message: FromWorker): void {
    if (message.kind === "progress") {
      this.#listener.progress(message.progress);
      return;
    }
    this.#said.set(message.kind, message);
    this.#asked.get(message.kind)?.(message);
    if (message.kind === "fatal") this.#listener.failed(message.message);
  }
}
