import type { StoredChange } from "./presence-change.ts";
import type { PresenceState, StoredMember } from "./read-members.ts";

/** Told what watchers are to be told. */
export type TellChange = (change: Pick<StoredChange, "kind" | "memberId" | "data">) => void;

/** More than these are not held while members are read: reading once more has the same outcome. */
const maxHeld = 10_000;

/**
 * Who watchers have been told is present, and what they must be told so that it is right: changes as they
 * come, and the difference to what was read when some were missed. It knows no time and no network.
 */
export class Roll {
  readonly #tell: TellChange;
  /** The data that was told, by member. */
  #told = new Map<string, string>();
  #state: PresenceState = { epoch: "", change: 0 };
  #hasBegun = false;
  #isSure = false;
  /** What came while members were read. */
  #held: StoredChange[] = [];

  constructor(tell: TellChange) {
    this.#tell = tell;
  }

  /** False when the members have to be read. */
  get isSure(): boolean {
    return this.#isSure;
  }

  /** The last change that was told. */
  get state(): PresenceState {
    return this.#state;
  }

  receive(change: StoredChange): void {
    if (!this.#isSure) {
      this.#hold(change);
      return;
    }
    const { epoch, change: last } = this.#state;
    if (change.epoch === epoch && change.number <= last) return;
    const isNext = change.epoch === epoch ? change.number === last + 1 : change.number === 1;
    // Another epoch begins when everybody has left.
    if (isNext && (change.epoch === epoch || this.#told.size === 0)) {
      this.#apply(change);
    } else {
      this.#isSure = false;
      this.#hold(change);
    }
  }

  /** Changes may have been missed. */
  doubt(): void {
    this.#isSure = false;
  }

  /** Changes are not heard any more. */
  suspend(): void {
    this.#isSure = false;
    this.#held = [];
  }

  /** Changes are heard, and this is where they stood at a moment after that: it may be that none was missed. */
  resume(stored: PresenceState): void {
    const held = this.#held;
    if (!this.#isAt(stored)) return;
    this.#hasBegun = true;
    this.#isSure = true;
    this.#held = [];
    for (const change of held) this.receive(change);
  }

  /**
   * Whether this is where the changes stand, after everything that came before has been heard. `before` is what
   * `state` was when the question was put.
   */
  agrees(stored: PresenceState, before: PresenceState): boolean {
    if (!this.#isSure) return false;
    // It went on after the answer.
    if (this.#state !== before) return true;
    return this.#isAt(stored);
  }

  beginReading(): void {
    this.#held = [];
  }

  /** The members, and where the changes stood before the first of them was read. */
  endReading(state: PresenceState, members: readonly StoredMember[]): void {
    const held = this.#held;
    // Whether those of another epoch came before or after it cannot be told: it must be read again.
    if (held.some(({ epoch }) => epoch !== state.epoch) || held.length > maxHeld) return;
    const present = new Map(members.map(({ memberId, data }) => [memberId, data]));
    let last = state.change;
    for (const { kind, memberId, data, number } of held) {
      if (number <= last) continue;
      // One in between was lost, and nothing would tell of it later: it must be read again.
      if (number !== last + 1) return;
      last = number;
      if (kind === "join") present.set(memberId, data);
      else present.delete(memberId);
    }
    this.#held = [];
    this.#isSure = true;
    if (this.#hasBegun) this.#tellDifference(present);
    this.#hasBegun = true;
    this.#told = present;
    this.#state = { epoch: state.epoch, change: last };
  }

  /** Without an epoch nobody is there. */
  #isAt({ epoch, change }: PresenceState): boolean {
    if (epoch === "") return this.#told.size === 0;
    return epoch === this.#state.epoch && change === this.#state.change;
  }

  #hold(change: StoredChange): void {
    if (this.#held.length <= maxHeld) this.#held.push(change);
  }

  #apply(change: StoredChange): void {
    const { kind, memberId, data, epoch, number } = change;
    this.#state = { epoch, change: number };
    if (kind === "join") this.#told.set(memberId, data);
    else this.#told.delete(memberId);
    this.#tell(change);
  }

  #tellDifference(present: ReadonlyMap<string, string>): void {
    for (const [memberId, data] of this.#told) {
      if (!present.has(memberId)) this.#tell({ kind: "leave", memberId, data });
    }
    for (const [memberId, data] of present) {
      if (!this.#told.has(memberId)) this.#tell({ kind: "join", memberId, data });
    }
  }
}
