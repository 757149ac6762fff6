import {
  type Frame,
  type MessageDefinitions,
  ProtocolError,
  type RequestFrame,
  toWire,
} from "@windlass/protocol";
import { clientError } from "../client-errors.ts";
import type { Report } from "./guarded.ts";
import { type ReadPayload, requestOf } from "./payloads.ts";

/** What a handler gets beside the data of a server's request. */
export interface ServerRequest {
  /** Aborted when the server does not wait any more, and when the connection ends. */
  readonly signal: AbortSignal;
}

/** Handlers by name, without their types. */
export type AnyHandlers = Readonly<
  Record<string, (data: unknown, request: ServerRequest) => unknown>
>;

/** What it takes to answer. */
export interface ServerRequestParts {
  readonly messages: MessageDefinitions;
  readonly handlers: AnyHandlers;
  readonly read: ReadPayload;
  readonly write: (frame: Frame) => void;
  readonly report: Report;
}

/** Answers the requests of the server. */
export class ServerRequests {
  readonly #parts: ServerRequestParts;
  readonly #running = new Map<number, AbortController>();

  constructor(parts: ServerRequestParts) {
    this.#parts = parts;
  }

  async answer({ id, name, data }: RequestFrame): Promise<void> {
    const { messages, handlers, read, write, report } = this.#parts;
    const controller = new AbortController();
    const { signal } = controller;
    this.#running.set(id, controller);
    let isRunning = false;
    try {
      const definition = requestOf(messages, name);
      const input = read(definition.data, name, data);
      isRunning = true;
      const output = await handlers[name]?.(input, { signal });
      const result = toWire(definition.result, output);
      if (!signal.aborted) write({ type: "response", id, data: result });
    } catch (thrown) {
      if (signal.aborted) return;
      const isPublic = thrown instanceof ProtocolError;
      if (!isRunning || !isPublic) report(thrown);
      const error = isPublic ? thrown : clientError("ERR_HANDLER_FAILED", { name });
      const { code, message, details } = error;
      write({ type: "error", id, code, message, details });
    }
    this.#running.delete(id);
  }

  /** The server does not wait for this one any more. */
  cancel(id: number): void {
    this.#running.get(id)?.abort();
    this.#running.delete(id);
  }

  /** The connection is gone. */
  cancelAll(): void {
    for (const id of this.#running.keys()) this.cancel(id);
  }
}
