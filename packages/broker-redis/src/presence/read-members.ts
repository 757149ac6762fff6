import type { PresenceCount, PresenceMember } from "@windlass/core";
import type { Commander } from "../link/commander.ts";
import type { RedisReply } from "../link/redis-connection.ts";
import type { TopicKeys } from "../topic/topic-keys.ts";
import { dataOf } from "./presence-change.ts";
import { countScript, memberScript, membersScript } from "./presence-scripts.ts";

const membersOfPage = 500;

/** A member as Redis has it. */
export interface StoredMember {
  readonly memberId: string;
  /** JSON; empty when there is none. */
  readonly data: string;
  readonly connectionIds: readonly string[];
  readonly place: string;
}

/** Where the changes of a topic stand; the epoch is empty when nobody is there. */
export interface PresenceState {
  readonly epoch: string;
  readonly change: number;
}

/** Reads who is present on one topic. */
export class MembersReader {
  readonly #commander: Commander;
  readonly #keys: TopicKeys;

  constructor(commander: Commander, keys: TopicKeys) {
    this.#commander = commander;
    this.#keys = keys;
  }

  /** Members in order, and where the changes stood before the first of them was read. */
  async read(
    limit: number = Number.MAX_SAFE_INTEGER,
  ): Promise<{ readonly state: PresenceState; readonly members: readonly StoredMember[] }> {
    const first = await this.#readPage("0", limit);
    // One that has left and joined again while the pages were read has its place at the end.
    const members = new Map<string, StoredMember>();
    for (let page = first.members; page.length > 0; ) {
      for (const member of page) {
        members.delete(member.memberId);
        members.set(member.memberId, member);
      }
      if (page.length < membersOfPage || members.size >= limit) break;
      page = (await this.#readPage(page.at(-1)?.place ?? "", limit)).members;
    }
    return { state: first.state, members: [...members.values()].slice(0, limit) };
  }

  async readMember(memberId: string): Promise<StoredMember | undefined> {
    return parseMember(await this.#run(memberScript, [memberId]));
  }

  async count(): Promise<PresenceCount> {
    const reply = await this.#run(countScript, []);
    const [members, connections] = Array.isArray(reply) ? reply : [];
    return { members: Number(members), connections: Number(connections) };
  }

  /** Places begin with 1, and the one after which to begin is not among what is read. */
  async #readPage(after: string, limit: number) {
    const count = String(Math.min(limit, membersOfPage));
    const reply = await this.#run(membersScript, [after, count]);
    const [epoch, change, ...found] = Array.isArray(reply) ? reply : [];
    const state = { epoch: String(epoch ?? ""), change: Number(change ?? 0) };
    return { state, members: found.flatMap((member) => parseMember(member) ?? []) };
  }

  async #run(
    script: Parameters<Commander["run"]>[1],
    args: readonly string[],
  ): Promise<RedisReply> {
    const { tag, presenceKeys, changes } = this.#keys;
    return await this.#commander.run(tag, script, presenceKeys, [changes, ...args]);
  }
}

export function toPresenceMember({ memberId, data, connectionIds }: StoredMember): PresenceMember {
  return { memberId, connectionIds, ...dataOf(data) };
}

function parseMember(reply: RedisReply): StoredMember | undefined {
  if (!Array.isArray(reply)) return undefined;
  const [memberId, place, data, ids] = reply;
  if (!Array.isArray(ids)) return undefined;
  return {
    memberId: String(memberId),
    place: String(place),
    data: String(data),
    connectionIds: ids.map(String),
  };
}
