import {
  type Disconnect,
  Disconnects,
  type PresenceStore,
  type PublishResult,
  type Sendable,
  type Topics,
  toDisconnect,
} from "@windlass/core";
import { z } from "zod";
import { optionError } from "../option-error.ts";
import { type PublishOptions, toTopicOptions } from "../topics/publish-options.ts";
import type { Revocation } from "./revocation.ts";
import type { Revocations } from "./revocations.ts";
import type { UserCommand } from "./user-command.ts";
import { commandPolicy, commandTopic, onlineTopic, topicOfUser } from "./user-topics.ts";

/** Option of apps and routes: how many connections a user may have, on all routes and nodes. */
export const userLimitSchema = z.strictObject({
  max: z.int().min(1).max(1_000_000),
  onExcess: z.enum(["refuse", "displace"]).default("refuse"),
});

/** Which connections of a user get a message, and how. */
export type UserSendOptions = Omit<PublishOptions, "except" | "where">;

/** A user who is connected. */
export interface OnlineUser {
  readonly userId: string;
  /** Its connections on all nodes, oldest first. */
  readonly connectionIds: readonly string[];
}

/** Users who are connected, by number. */
export interface OnlineCount {
  readonly users: number;
  readonly connections: number;
}

/** Which users are listed. */
export interface UserListOptions {
  /** At most so many: 1 to 10,000. Default: 1,000. */
  readonly limit?: number;
  /** Goes on after this user: the last one of the list before. Default: from the beginning. */
  readonly after?: string;
}

/** Which connections of a user are closed. */
export interface UserDisconnectOptions {
  /** Ids of the only connections that are closed. Default: all of the user. */
  readonly connectionIds?: readonly string[];
}

interface UsersOptions {
  readonly topics: Pick<Topics, "addPolicies" | "publish">;
  readonly presence: Pick<PresenceStore, "count" | "member" | "members">;
  readonly revocations: Revocations;
}

const defaultListed = 1_000;
const maxListed = 10_000;

/**
 * The users of an app, over all its nodes: those whose connections `authenticate` gave a user to.
 * Everything here rejects with `ERR_BROKER_UNAVAILABLE` when the broker or the store of presence fails.
 */
export class Users {
  readonly #topics: UsersOptions["topics"];
  readonly #presence: UsersOptions["presence"];
  readonly #revocations: Revocations;

  constructor({ topics, presence, revocations }: UsersOptions) {
    this.#topics = topics;
    this.#presence = presence;
    this.#revocations = revocations;
    topics.addPolicies((topic) => (topic === commandTopic ? commandPolicy : undefined));
  }

  /**
   * Sends to all connections of a user. Without an `event` the raw ones get it as it is; with one those
   * that speak a protocol get the event, whose data is this JSON. Nothing waits for a user who is not
   * connected.
   */
  async send(
    userId: string,
    data: Sendable,
    options: UserSendOptions = {},
  ): Promise<PublishResult> {
    const { where, ...topicOptions } = toTopicOptions(options, undefined);
    return await this.#topics.publish(topicOfUser(checkedUserId(userId)), data, topicOptions);
  }

  async isOnline(userId: string): Promise<boolean> {
    return (await this.#memberOf(userId)) !== undefined;
  }

  async count(): Promise<OnlineCount> {
    const { members, connections } = await this.#presence.count(onlineTopic);
    return { users: members, connections };
  }

  /**
   * Who is connected, in the order of the user ids. Each call reads all of them, so that a list can go
   * on after a user who has left meanwhile.
   */
  async list(options: UserListOptions = {}): Promise<readonly OnlineUser[]> {
    const { limit = defaultListed, after } = options;
    if (!(Number.isInteger(limit) && limit >= 1 && limit <= maxListed)) {
      throw optionError("limit", `expected 1 to ${maxListed}; seen ${limit}`);
    }
    const members = await this.#presence.members(onlineTopic);
    const users = members
      .filter(({ memberId }) => after === undefined || memberId > after)
      .map(({ memberId, connectionIds }) => ({ userId: memberId, connectionIds }));
    return users.sort((one, other) => (one.userId < other.userId ? -1 : 1)).slice(0, limit);
  }

  /** Ids of the user's connections on all nodes, oldest first; for `disconnect()`. */
  async connections(userId: string): Promise<readonly string[]> {
    return (await this.#memberOf(userId))?.connectionIds ?? [];
  }

  /**
   * Closes the user's connections on all nodes; resolves when the broker has taken it. It does not keep
   * the user from coming back: that takes {@link revoke}, or an `authenticate` that says no.
   *
   * @param disconnect default: `Disconnects.Kicked`, after which clients of Windlass do not come back
   *   by themselves
   * @throws WindlassError (as a rejection) `ERR_CLOSE_CODE_INVALID`
   */
  async disconnect(
    userId: string,
    disconnect: Disconnect | number = Disconnects.Kicked,
    { connectionIds }: UserDisconnectOptions = {},
  ): Promise<void> {
    const command: UserCommand = {
      userId: checkedUserId(userId),
      disconnect: toDisconnect(disconnect),
      ...(connectionIds !== undefined && { connectionIds }),
    };
    await this.#topics.publish(commandTopic, "", { attributes: { control: { ...command } } });
  }

  /**
   * From now on a token, or the older tokens of a user, are refused on all nodes, and connections that
   * came with them are closed with 4501. Resolves when the broker has taken it.
   *
   * @throws WindlassError (as a rejection) `ERR_OPTION_INVALID`
   */
  async revoke(revocation: Revocation): Promise<void> {
    await this.#revocations.revoke(revocation);
  }

  #memberOf(userId: string): ReturnType<PresenceStore["member"]> {
    return this.#presence.member(onlineTopic, checkedUserId(userId));
  }
}

function checkedUserId(userId: unknown): string {
  if (typeof userId === "string" && userId !== "") return userId;
  const seen = userId === "" ? '""' : typeof userId;
  throw optionError("userId", `expected a string that is not empty; seen ${seen}`);
}
