import type { CompiledHandler } from "./handler-table.ts";
import type { Call } from "./handler-types.ts";
import type { ProtocolConnection } from "./protocol-connection.ts";

/** Why a call was given up. */
export type AbortCause = "cancelled" | "timeout" | "closed";

/** One message under way. */
export class RunningCall implements Call {
  readonly connection: ProtocolConnection;
  readonly handler: CompiledHandler;
  readonly id: number | undefined;
  /** What its frame weighed. */
  readonly bytes: number;
  data: unknown = undefined;
  /** By which its connection knows it: the id, or a negative number. */
  key: number;
  abortCause: AbortCause | undefined;
  /** `handlerTimeoutMs` is over, so that what the handler does from now on is not waited for. */
  hasExpired = false;
  #controller: AbortController | undefined;

  constructor(
    connection: ProtocolConnection,
    handler: CompiledHandler,
    id: number | undefined,
    bytes: number,
  ) {
    this.connection = connection;
    this.handler = handler;
    this.id = id;
    this.bytes = bytes;
    this.key = id ?? 0;
  }

  get kind(): "event" | "request" {
    return this.handler.kind;
  }

  get name(): string {
    return this.handler.name;
  }

  // A controller costs more than the rest of a call together, and few handlers look at it.
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.abortCause !== undefined) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  /** Whether this is what a handler throws because it was given up. */
  isAbort(thrown: unknown): boolean {
    if (this.abortCause === undefined) return false;
    if (thrown === this.#controller?.signal.reason) return true;
    return thrown instanceof Error && thrown.name === "AbortError";
  }

  /** The first cause stays. */
  abort(cause: AbortCause): void {
    if (this.abortCause !== undefined) return;
    this.abortCause = cause;
    this.#controller?.abort();
  }
}
