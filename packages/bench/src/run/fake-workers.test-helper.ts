import type { FromWorker, ToWorker, WorkerShare } from "../contract/worker-messages.ts";
import { answered, connectionsOf, workerResult } from "../report/report.test-helper.ts";
import type { StartWorker, WorkerListener } from "./worker-link.ts";

/** A worker that lives in the test. */
export class FakeWorker {
  readonly heard: ToWorker["kind"][] = [];
  share: WorkerShare | undefined;
  isKilled = false;
  readonly #listener: WorkerListener;
  readonly #behave: (worker: FakeWorker, message: ToWorker) => void;

  constructor(listener: WorkerListener, behave: (worker: FakeWorker, message: ToWorker) => void) {
    this.#listener = listener;
    this.#behave = behave;
  }

  hear(message: ToWorker): void {
    this.heard.push(message.kind);
    if (message.kind === "begin") this.share = message.share;
    // As over a channel: the answer comes later.
    queueMicrotask(() => this.#behave(this, message));
  }

  say(message: FromWorker): void {
    this.#listener.message(message);
  }

  end(how = "exit status 0"): void {
    this.#listener.exit(how);
  }
}

/** Answers as the contract wants it. */
export function obedient(worker: FakeWorker, message: ToWorker): void {
  switch (message.kind) {
    case "begin":
      worker.say({ kind: "opened", connections: connectionsOf(message.share.connections) });
      break;
    case "stop":
      worker.say({ kind: "result", result: workerResult({ messages: answered(10) }) });
      worker.end();
      break;
    default:
  }
}

/** A crew of workers that behave like that; `workers` fills up as they are started. */
export function fakeWorkers(behave: (worker: FakeWorker, message: ToWorker) => void = obedient): {
  readonly workers: FakeWorker[];
  readonly start: StartWorker;
} {
  const workers: FakeWorker[] = [];
  const start: StartWorker = (listener) => {
    const worker = new FakeWorker(listener, behave);
    workers.push(worker);
    return {
      send: (message) => worker.hear(message),
      kill: () => {
        worker.isKilled = true;
        worker.end("SIGKILL");
      },
    };
  };
  return { workers, start };
}
