import { setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { ProtocolConnection } from "@windlass/app";
import type { StageProtocol } from "../client/stage-protocol.ts";

/** A client as the server on the stage sees it. */
export type StageConnection = ProtocolConnection<StageProtocol>;

/** What has happened at all servers of one stage. */
export class StageRecord {
  readonly notes: number[] = [];
  readonly counts: number[] = [];
  readonly tokens: (string | null)[] = [];
  readonly closed: number[] = [];
  readonly connections = new Set<StageConnection>();
  readonly fakeReceived: string[] = [];
  opened = 0;
  waiting = 0;
  givenUp = 0;
  readonly #known = new Set<string>();
  #offered = 0;
  readonly #tracked: WeakRef<object>[] = [];
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Changes something, and lets those know who wait for it. */
  change(action: () => void): void {
    action();
    this.#onChange();
  }

  /** Whether this is the first time that it is asked about. */
  isFirst(key: string): boolean {
    const isFirst = !this.#known.has(key);
    this.#known.add(key);
    return isFirst;
  }

  /** Remembers an object that must not be held for long; every tenth, as all would take their time. */
  track(object: object): void {
    this.#offered += 1;
    if (this.#offered % 10 === 0) this.#tracked.push(new WeakRef(object));
  }

  /** A signal to give to every tenth request, which holds it as long as it waits for its answer. */
  trackedSignal(): AbortSignal | undefined {
    this.#offered += 1;
    if (this.#offered % 10 !== 0) return undefined;
    const { signal } = new AbortController();
    this.#tracked.push(new WeakRef(signal));
    return signal;
  }

  /** How many tracked objects are still held. */
  async leftovers(): Promise<number> {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    // A weak reference holds its object until the end of the turn in which it was made or read.
    for (let round = 0; round < 2; round += 1) {
      await turn();
      collect();
    }
    return this.#tracked.filter((reference) => reference.deref() !== undefined).length;
  }
}
