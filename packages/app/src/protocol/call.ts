import type { CompiledHandler } from "./handler-table.ts";
import type { Call } from "./handler-types.ts";
import type { Peer } from "./peer.ts";

/** Why a call was given up. */
export type AbortCause = "cancelled" | "timeout" | "closed";

/** One message under way. */
export class RunningCall implements Call {
  readonly connection: Peer;
  readonly handler: CompiledHandler;
  readonly id: number | undefined;
  readonly data: unknown;
  abortCause: AbortCause | undefined;
  /** By which its connection knows it: the id, or a negative number. */
  key: number;
  #controller: AbortController | undefined;

  constructor(connection: Peer, handler: CompiledHandler, id: number | undefined, data: unknown) {
    this.connection = connection;
    this.handler = handler;
    this.id = id;
    this.key = id ?? 0;
    this.data = data;
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

  /** The first cause stays. */
  abort(cause: AbortCause): void {
    if (this.abortCause !== undefined) return;
    this.abortCause = cause;
    this.#controller?.abort();
  }
}
