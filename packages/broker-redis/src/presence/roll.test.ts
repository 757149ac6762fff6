import fc from "fast-check";
import { expect, test } from "vitest";
import type { StoredChange } from "./presence-change.ts";
import type { PresenceState, StoredMember } from "./read-members.ts";
import { Roll } from "./roll.ts";

/** Who is present in a store, a channel that may lose what it carries, and a roll at its end. */
class SimulatedRoom {
  readonly told: string[] = [];
  readonly roll = new Roll(({ kind, memberId }) => void this.told.push(`${kind} ${memberId}`));
  readonly #members = new Set<string>();
  #epoch = 0;
  #change = 0;
  #channel: StoredChange[] = [];
  #isHeard = false;
  #page: { state: PresenceState; members: StoredMember[] } | undefined;

  get state(): PresenceState {
    return this.#members.size === 0
      ? { epoch: "", change: 0 }
      : { epoch: `e${this.#epoch}`, change: this.#change };
  }

  toggle(memberId: string): void {
    const kind = this.#members.has(memberId) ? "leave" : "join";
    if (this.#members.size === 0) {
      this.#epoch += 1;
      this.#change = 0;
    }
    this.#change += 1;
    if (kind === "join") this.#members.add(memberId);
    else this.#members.delete(memberId);
    const change = { kind, memberId, data: "", epoch: `e${this.#epoch}`, number: this.#change };
    if (this.#isHeard) this.#channel.push({ ...change, kind });
  }

  hear(): void {
    if (this.#isHeard) return;
    this.#isHeard = true;
    this.roll.resume(this.state);
  }

  cut(): void {
    this.#isHeard = false;
    this.#channel = [];
    this.#page = undefined;
    this.roll.suspend();
  }

  lose(): void {
    this.#channel.shift();
  }

  arrive(): void {
    const change = this.#channel.shift();
    if (change !== undefined) this.roll.receive(change);
  }

  read(): void {
    if (this.roll.isSure || !this.#isHeard || this.#page !== undefined) return;
    this.roll.beginReading();
    const members = [...this.#members].map((memberId) => {
      return { memberId, data: "", connectionIds: [], place: "" };
    });
    this.#page = { state: this.state, members };
  }

  receivePage(): void {
    if (this.#page === undefined) return;
    this.roll.endReading(this.#page.state, this.#page.members);
    this.#page = undefined;
  }

  settle(): void {
    this.hear();
    for (let round = 0; round < 2; round += 1) {
      while (this.#channel.length > 0) this.arrive();
      if (!this.roll.agrees(this.state, this.roll.state)) this.roll.doubt();
      this.receivePage();
      this.read();
      this.receivePage();
    }
  }

  /** Joins and leaves of a member take turns, and watchers know exactly those who are present. */
  expectAgreement(): void {
    const last = new Map<string, string>();
    for (const line of this.told) {
      const [kind = "", memberId = ""] = line.split(" ");
      expect(last.get(memberId), line).not.toBe(kind);
      last.set(memberId, kind);
    }
    const present = [...this.#members].sort();
    this.told.length = 0;
    // When all are gone after a cut, those leave who were present for all that watchers knew.
    this.cut();
    for (const memberId of present) this.toggle(memberId);
    this.settle();
    expect(this.told.toSorted()).toEqual(present.map((memberId) => `leave ${memberId}`));
  }
}

const steps: readonly ((room: SimulatedRoom) => void)[] = [
  (room) => room.toggle("anna"),
  (room) => room.toggle("ben"),
  (room) => room.toggle("carl"),
  (room) => room.hear(),
  (room) => room.cut(),
  (room) => room.lose(),
  (room) => room.arrive(),
  (room) => room.arrive(),
  (room) => room.read(),
  (room) => room.receivePage(),
];

test("tells every join and leave in turn, and ends with who is present", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...steps), { maxLength: 100 }), (chosen) => {
      const room = new SimulatedRoom();
      for (const step of chosen) step(room);
      room.settle();
      expect(room.roll.isSure).toBe(true);
      room.expectAgreement();
    }),
    { numRuns: 3_000 },
  );
});

test("reads again when a change was lost while members were read", () => {
  const room = new SimulatedRoom();
  room.toggle("anna");
  room.hear();
  room.read();
  room.toggle("carl");
  room.toggle("anna");
  room.lose();
  room.arrive();
  room.receivePage();
  expect(room.roll.isSure).toBe(false);
  room.settle();
  room.expectAgreement();
});
