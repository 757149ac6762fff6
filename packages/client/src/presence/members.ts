import type { PresenceChangeFrame, PresenceResult, PresentMember } from "@windlass/protocol";
import { guarded } from "../client/guarded.ts";
import type { Insides } from "../client/subscriptions.ts";

/** Who is present on a topic. */
export interface Member<Data = unknown> {
  readonly id: string;
  /** What others see of the member, as the topic's `presence` schema says. */
  readonly data: Data;
}

/** Somebody has come to a topic, or gone. */
export interface PresenceEvent<Data = unknown> {
  /** All who are present, in the order in which they joined. */
  readonly members: readonly Member<Data>[];
  /** Those of them who were not there at the last call; at the first one that is all. */
  readonly joined: readonly Member<Data>[];
  /** Those who were there at the last call, and are not any more. */
  readonly left: readonly Member<Data>[];
}

type Members = ReadonlyMap<string, Member>;

/** Keeps the members of a topic: an answer of the server, and what has changed since. */
export class MemberList {
  readonly #topic: string;
  readonly #insides: Insides;
  readonly #listener: (event: PresenceEvent) => void;
  /** What has changed since the question; `undefined` in the place of those who have gone. */
  readonly #changes = new Map<string, Member | undefined>();
  #members: Members = new Map();
  /** The question without an answer. */
  #question: object | undefined;

  constructor(topic: string, insides: Insides, listener: (event: PresenceEvent) => void) {
    this.#topic = topic;
    this.#insides = insides;
    this.#listener = listener;
  }

  /** Asks for them; without a connection that is nothing. */
  ask(): void {
    const { outbox, report, topic } = this.#insides;
    const question = {};
    this.#question = question;
    this.#changes.clear();
    outbox.ask({ type: "presence", topic: this.#topic }, (error, answer) => {
      if (this.#question !== question) return;
      this.#question = undefined;
      if (error === undefined) this.#move(membersOf(answer, this.#insides));
      // Where the topic was refused, that has been reported.
      else if (topic.isAsked) report(error);
    });
  }

  changed({ joined = [], left = [] }: PresenceChangeFrame): void {
    for (const id of left) this.#changes.set(id, undefined);
    for (const member of readable(joined, this.#insides)) this.#changes.set(member.id, member);
    // An answer that is on its way may know of it, or not.
    if (this.#question === undefined) this.#move(this.#members.values());
  }

  /** Nobody listens any more. */
  stop(): void {
    this.#question = {};
  }

  #move(from: Iterable<Member>): void {
    const before = this.#members;
    const members = new Map([...from].map((member) => [member.id, member]));
    for (const [id, member] of this.#changes) {
      if (member === undefined) members.delete(id);
      else members.set(id, member);
    }
    this.#changes.clear();
    this.#members = members;
    const all = [...members.values()];
    const joined = all.filter(({ id }) => !before.has(id));
    const left = [...before.values()].filter(({ id }) => !members.has(id));
    guarded(() => this.#listener({ members: all, joined, left }), this.#insides.report);
  }
}

/** The members of an answer to `presence`. */
export function membersOf(answer: unknown, insides: Insides): readonly Member[] {
  return readable((answer as PresenceResult).members, insides);
}

/** Those whose data fits; others are reported. */
function readable(members: readonly PresentMember[], insides: Insides): readonly Member[] {
  const { definition, read, report } = insides;
  const schema = definition.presence;
  const list: Member[] = [];
  for (const { id, data } of members) {
    guarded(() => {
      list.push({ id, data: schema && read(schema, "presence", data) });
    }, report);
  }
  return list;
}
