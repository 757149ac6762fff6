import assert from "node:assert/strict";
import type { PresenceChange, PresenceListener, PresenceStore } from "../contract/presence.ts";
import { Inbox } from "./inbox.ts";

/** Collects what a watcher is told; stores may tell it later, so it can be waited for. */
export class Witness {
  readonly #inbox = new Inbox<PresenceChange>();

  readonly watch: PresenceListener = (change) => this.#inbox.push(change);

  /** What it was told so far, in short: `"join anna"`. */
  get told(): string[] {
    return this.#inbox.all.map(({ kind, memberId }) => `${kind} ${memberId}`);
  }

  next(): Promise<PresenceChange> {
    return this.#inbox.next();
  }

  /** What it was told when this came; of several times, each call waits for the next. */
  async until(text: string): Promise<string[]> {
    await this.#inbox.next(({ kind, memberId }) => `${kind} ${memberId}` === text);
    return this.told;
  }
}

/** Lets a member of one connection join that has the same name. */
export async function enter(
  store: PresenceStore,
  topic: string,
  memberId: string,
  data?: unknown,
): Promise<void> {
  const entry = { connectionId: memberId, memberId };
  const outcome = await store.join(topic, data === undefined ? entry : { ...entry, data });
  assert.equal(outcome.isAdmitted, true);
  assert.deepEqual([...outcome.displaced], []);
}

/** The members of a topic with their connections, in order: `[["anna", ["1", "2"]]]`. */
export async function present(
  store: PresenceStore,
  topic: string,
  limit?: number,
): Promise<[string, string[]][]> {
  const members = await (limit === undefined ? store.members(topic) : store.members(topic, limit));
  return members.map(({ memberId, connectionIds }) => [memberId, [...connectionIds]]);
}

/** Members and connections by number. */
export async function counts(store: PresenceStore, topic: string): Promise<[number, number]> {
  const { members, connections } = await store.count(topic);
  return [members, connections];
}
