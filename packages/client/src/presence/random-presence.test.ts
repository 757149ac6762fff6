import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ClientStage } from "../client-stage.test-helper.ts";
import { settled } from "../fake-network.test-helper.ts";
import { Hall } from "../hall-stage.test-helper.ts";

/** Members on a model of a server, which tells of changes late and answers late. */
class RandomHall {
  readonly hall = new Hall({}, new ClientStage()).watch();
  readonly members = new Set<string>();
  /** Changes that were not told yet: whether each has come or gone. */
  readonly #changes = new Map<string, boolean>();
  /** Answers that were not given yet. */
  #answers: (readonly [id: number, members: readonly string[]])[] = [];
  #handled = 0;

  comeOrGo(number: number): void {
    const id = `m${number % 4}`;
    const hasCome = !this.members.delete(id);
    if (hasCome) this.members.add(id);
    this.#changes.delete(id);
    this.#changes.set(id, hasCome);
  }

  tell(): void {
    const changes = [...this.#changes];
    this.#changes.clear();
    if (changes.length === 0 || this.#handled === 0) return;
    const joined = changes.filter(([, hasCome]) => hasCome).map(([id]) => id);
    this.hall.change(
      joined,
      changes.filter(([, hasCome]) => !hasCome).map(([id]) => id),
    );
  }

  /** Reads what the client has sent; the members of an answer are those of now. */
  serve(): void {
    const { socket } = this.hall.stage;
    if (socket.readyState !== 1) return;
    for (const { type, id } of socket.frames.slice(this.#handled)) {
      if (type === "subscribe") socket.receiveFrame({ type: "response", id });
      if (type === "presence") this.#answers.push([Number(id), [...this.members]]);
    }
    this.#handled = socket.frames.length;
  }

  answer(): void {
    const answers = this.#answers;
    this.#answers = [];
    for (const [id, members] of answers) this.hall.answer(id, members);
  }

  async reconnect(): Promise<void> {
    const { stage } = this.hall;
    this.#answers = [];
    this.#handled = 0;
    if (stage.socket.isLive && stage.socket.readyState === 1) await stage.lose();
    await settled();
    if (stage.socket.readyState === 0) stage.socket.welcome();
  }
}

/** Whoever adds up who has come and gone knows who is there. */
function expectConsistent(events: Hall["events"]): void {
  let known = new Set<string>();
  for (const { members, joined, left } of events) {
    for (const { id } of left) expect(known.delete(id)).toBe(true);
    for (const { id } of joined) expect(known.has(id)).toBe(false);
    known = new Set([...known, ...joined.map(({ id }) => id)]);
    expect([...known].sort()).toEqual(members.map(({ id }) => id).sort());
  }
}

const happening = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constant((hall: RandomHall, number: number) => hall.comeOrGo(number)),
  },
  { weight: 3, arbitrary: fc.constant((hall: RandomHall) => hall.tell()) },
  { weight: 3, arbitrary: fc.constant((hall: RandomHall) => hall.serve()) },
  { weight: 3, arbitrary: fc.constant((hall: RandomHall) => hall.answer()) },
  { weight: 1, arbitrary: fc.constant((hall: RandomHall) => hall.reconnect()) },
);
const story = fc.array(fc.tuple(happening, fc.nat(99)), { minLength: 5, maxLength: 60 });

describe("the members of a topic, whose changes and answers come at any time", () => {
  it("are those of the server in the end, and every event says what is new in it", async () => {
    await fc.assert(
      fc.asyncProperty(story, async (steps) => {
        const random = new RandomHall();
        await random.reconnect();
        for (const [happen, number] of steps) await happen(random, number);
        random.serve();
        random.answer();
        random.tell();
        const { events } = random.hall;
        const last = events.at(-1)?.members.map(({ id }) => id) ?? [];
        expect([...last].sort()).toEqual([...random.members].sort());
        expectConsistent(events);
        expect(random.hall.stage.codes).toEqual([]);
      }),
      { numRuns: 500 },
    );
  }, 60_000);
});
