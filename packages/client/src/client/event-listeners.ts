import type { MessageDefinitions } from "@windlass/protocol";
import type { Report } from "./guarded.ts";
import { Listeners } from "./listeners.ts";
import { eventOf, type ReadPayload } from "./payloads.ts";

/** What it takes to hand over what came. */
export interface EventTools {
  readonly read: ReadPayload;
  readonly report: Report;
}

/** Listeners by the names of events. What nobody listens to is not looked at. */
export class EventListeners {
  readonly #messages: MessageDefinitions;
  readonly #tools: EventTools;
  readonly #byName = new Map<string, Listeners<unknown>>();

  constructor(messages: MessageDefinitions, tools: EventTools) {
    this.#messages = messages;
    this.#tools = tools;
  }

  /** @returns removes it */
  add(name: string, listener: (data: unknown) => void): () => void {
    const listeners = this.#byName.get(name) ?? new Listeners();
    this.#byName.set(name, listeners);
    return listeners.add(listener);
  }

  /** @throws ProtocolError `ERR_DATA_INVALID`, `ERR_NAME_UNKNOWN` */
  emit({ name, data }: { readonly name: string; readonly data?: unknown }): void {
    const { read, report } = this.#tools;
    const listeners = this.#byName.get(name);
    if (listeners === undefined || listeners.size === 0) return;
    listeners.emit(read(eventOf(this.#messages, name), name, data), report);
  }
}
