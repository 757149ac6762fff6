import type { Position, Publication } from "@windlass/core";
import { GapTracker, type KeptPage, type KeptPublication } from "./gap-tracker.ts";
import type { HeldBudget } from "./held-publications.ts";

/** What comes over the channel: a publication, or the answer to the question where the topic stands. */
type Item =
  | { readonly publication: Publication }
  | { readonly stored: Position | undefined; readonly before: Position | undefined };

/** What a tracker decided, in order: the number of a publication among all published, or a gap. */
export type Decision = number | "gap";

/** A topic in a store, a channel that may lose what it carries, and a tracker at its end. */
export class SimulatedTopic {
  readonly decisions: Decision[] = [];
  readonly tracker: GapTracker;
  /** Publications that the store has let go of, by their numbers. */
  readonly dropped: Set<number> = new Set();
  /** Those that came with a position, by their numbers. */
  readonly kept: Map<number, Position> = new Map();
  /** Number of the last publication before the tracker began. */
  begunAfter: number | undefined;
  hasForgotten = false;
  #number = 0;
  #epoch = 0;
  #offset = 0;
  #isRemembered = false;
  #log: KeptPublication[] = [];
  #channel: Item[] = [];
  #isHeard = false;
  #isResuming = false;
  #page: KeptPage | undefined;

  constructor(budget: HeldBudget) {
    const sink = {
      deliver: ({ data }: Publication) => void this.decisions.push(Number(data)),
      gap: () => void this.decisions.push("gap"),
    };
    this.tracker = new GapTracker(sink, budget);
  }

  get stored(): Position | undefined {
    return this.#isRemembered ? { epoch: `e${this.#epoch}`, offset: this.#offset } : undefined;
  }

  publish(isKept: boolean): void {
    this.#number += 1;
    const publication: Publication = { topic: "t", data: String(this.#number) };
    if (!isKept) {
      if (this.#isHeard) this.#channel.push({ publication });
      return;
    }
    if (!this.#isRemembered) {
      this.#isRemembered = true;
      this.#epoch += 1;
      this.#offset = 0;
      this.#log = [];
    }
    this.#offset += 1;
    const position = { epoch: `e${this.#epoch}`, offset: this.#offset };
    const kept = { ...publication, position };
    this.kept.set(this.#number, position);
    this.#log.push(kept);
    if (this.#isHeard) this.#channel.push({ publication: kept });
  }

  forget(): void {
    if (!this.#isRemembered) return;
    this.hasForgotten = true;
    this.#trim(0);
    this.#isRemembered = false;
  }

  trim(size: number): void {
    this.#trim(size);
  }

  /** The channel is heard from now on, and where the topic stands is asked in the same moment. */
  subscribe(): void {
    if (this.#isHeard) return;
    this.#isHeard = true;
    this.#channel.push({ stored: this.stored, before: this.tracker.position });
  }

  /** Asks where the topic stands, as the periodic check does. */
  ask(): void {
    if (!this.#isHeard || this.#channel.some((item) => "stored" in item)) return;
    this.#channel.push({ stored: this.stored, before: this.tracker.position });
  }

  cut(): void {
    if (!this.#isHeard) return;
    this.#isHeard = false;
    this.#channel = [];
    this.#page = undefined;
    if (this.begunAfter !== undefined) this.#isResuming = true;
    this.tracker.suspend();
  }

  /** The next publication gets lost. */
  lose(): void {
    const index = this.#channel.findIndex((item) => "publication" in item);
    if (index >= 0) this.#channel.splice(index, 1);
  }

  arrive(): void {
    const item = this.#channel.shift();
    if (item === undefined) return;
    if ("publication" in item) {
      this.tracker.receive(item.publication);
    } else if (this.begunAfter === undefined) {
      this.tracker.begin(item.stored);
      this.begunAfter = this.#numberAt(item.stored);
    } else if (this.#isResuming) {
      this.#isResuming = false;
      this.tracker.resume(item.stored, item.before);
    } else {
      this.tracker.check(item.stored, item.before);
    }
  }

  /** Reads a page, which arrives later. */
  read(size: number): void {
    const since = this.tracker.wanted;
    if (since === undefined || this.#page !== undefined) return;
    const { stored } = this;
    const isSame = stored?.epoch === since.epoch;
    const after = this.#log.filter(({ position }) => isSame && position.offset > since.offset);
    const publications = after.slice(0, size);
    this.#page = { position: stored, publications, isComplete: after.length <= size };
  }

  receivePage(): void {
    if (this.#page === undefined) return;
    this.tracker.addPage(this.#page);
    this.#page = undefined;
  }

  /** Lets everything come to rest, with a last look whether something is missing. */
  settle(): void {
    this.subscribe();
    this.#rest();
    this.ask();
    this.#rest();
  }

  #rest(): void {
    for (let step = 0; this.#channel.length > 0 || this.tracker.wanted !== undefined; step += 1) {
      if (step > 10_000) throw new Error("it does not come to rest");
      this.read(3);
      this.receivePage();
      this.arrive();
    }
  }

  #trim(size: number): void {
    const gone = this.#log.splice(0, Math.max(0, this.#log.length - size));
    for (const { data } of gone) this.dropped.add(Number(data));
  }

  #numberAt(stored: Position | undefined): number {
    const found = [...this.kept].find(([, { epoch, offset }]) => {
      return epoch === stored?.epoch && offset === stored.offset;
    });
    return found?.[0] ?? 0;
  }
}
