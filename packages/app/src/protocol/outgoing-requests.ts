import type { Clock } from "@windlass/core";
import {
  type CancelFrame,
  type ErrorFrame,
  ProtocolError,
  type RequestFrame,
} from "@windlass/protocol";
import type { RequestOptions } from "./protocol-connection.ts";

/**
 * What a client answered in place of a result. A ProtocolError for the handler that asked, but none
 * that the handler of another client passes on to it unseen.
 */
export class ClientError extends ProtocolError {
  override readonly name = "ClientError";
}

interface Waiting {
  readonly name: string;
  readonly resolve: (data: unknown) => void;
  readonly reject: (error: ProtocolError) => void;
  readonly stop: () => void;
}

/** What it needs to send. */
export interface RequestWire {
  send(frame: RequestFrame | CancelFrame): void;
  readonly clock: Clock;
  readonly maxPending: number;
}

/** The requests that one connection has been asked and has not answered. */
export class OutgoingRequests {
  readonly #wire: RequestWire;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(wire: RequestWire) {
    this.#wire = wire;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Sends a request; resolves with the data of the answer, as it came. */
  ask(
    name: string,
    data: unknown,
    options: Required<Pick<RequestOptions, "timeoutMs">> & RequestOptions,
  ): Promise<unknown> {
    const { timeoutMs, signal } = options;
    const { clock, maxPending } = this.#wire;
    if (signal?.aborted) return Promise.reject(cancelled(name));
    if (this.#waiting.size >= maxPending) {
      const message = `"${name}" was not sent: the client has not answered ${maxPending} requests yet. Wait for answers, or raise maxPendingRequests.`;
      return Promise.reject(new ProtocolError("ERR_OVERLOADED", message));
    }
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      const giveUp = (error: ProtocolError): void => {
        this.#take(id)?.reject(error);
        this.#wire.send({ type: "cancel", id });
      };
      const onAbort = (): void => giveUp(cancelled(name));
      const stopTimer =
        timeoutMs === 0
          ? undefined
          : clock.after(timeoutMs, () => giveUp(timedOut(name, timeoutMs)));
      signal?.addEventListener("abort", onAbort, { once: true });
      const stop = (): void => {
        stopTimer?.();
        signal?.removeEventListener("abort", onAbort);
      };
      this.#waiting.set(id, { name, resolve, reject, stop });
      try {
        this.#wire.send({ type: "request", id, name, data });
      } catch (error) {
        // Data that has no form on the wire.
        this.#take(id);
        throw error;
      }
    });
  }

  /** An answer has come; those that nobody waits for are ignored. */
  answered(id: number, data: unknown): void {
    this.#take(id)?.resolve(data);
  }

  /** The client has refused. */
  refused({ id, code, message, details }: ErrorFrame): void {
    if (id !== undefined) this.#take(id)?.reject(new ClientError(code, message, details));
  }

  /** The connection is gone. */
  failAll(): void {
    for (const id of [...this.#waiting.keys()]) {
      const waiting = this.#take(id);
      waiting?.reject(connectionClosed(waiting.name));
    }
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return undefined;
    this.#waiting.delete(id);
    waiting.stop();
    return waiting;
  }
}

/** The answer to a request on a connection that is closed, or closes before it came. */
export function connectionClosed(name: string): ProtocolError {
  const message = `The connection closed before the client answered "${name}".`;
  return new ProtocolError("ERR_CONNECTION_CLOSED", message);
}

function cancelled(name: string): ProtocolError {
  return new ProtocolError("ERR_CANCELLED", `"${name}" was given up by its signal.`);
}

function timedOut(name: string, timeoutMs: number): ProtocolError {
  const message = `The client did not answer "${name}" within ${timeoutMs} ms. Raise timeoutMs if it needs longer.`;
  return new ProtocolError("ERR_REQUEST_TIMEOUT", message);
}
