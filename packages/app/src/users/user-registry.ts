import { randomUUID } from "node:crypto";
import {
  type Clock,
  type Disconnect,
  Disconnects,
  type Handshake,
  type Logger,
  type MemberLimit,
  type PresenceStore,
  type Publication,
  systemClock,
  type Topics,
  toError,
  type User,
} from "@windlass/core";
import { ExpiryQueue } from "./expiry-queue.ts";
import { LocalUser } from "./local-user.ts";
import { Retries } from "./retries.ts";
import { concerns, type RevocationMessage } from "./revocation.ts";
import type { Revocations } from "./revocations.ts";
import { readCommand, type UserCommand } from "./user-command.ts";
import { UserSeat } from "./user-seat.ts";
import { toUserToken } from "./user-token.ts";
import { commandTopic, onlineTopic } from "./user-topics.ts";

/** What a registry is made of. */
export interface UserRegistryOptions {
  readonly topics: Pick<Topics, "listen" | "publish" | "unlisten">;
  readonly presence: Pick<PresenceStore, "join" | "leave">;
  readonly revocations: Pick<Revocations, "open" | "close" | "isRevoked">;
  readonly log: Logger;
  readonly clock?: Clock;
}

/** How a connection wants to be let in. */
export interface SeatRequest {
  /** What it is present as. Default: a random id. */
  readonly id?: string;
  /** How many connections the user may have, on all nodes and routes. Default: any number. */
  readonly limit?: MemberLimit | undefined;
  /** Whether the connection is closed when the token ends. Default: true. */
  readonly endsWithToken?: boolean;
}

/**
 * Whether a user's connection is let in:
 * - `limit`: the user has as many as it may have
 * - `ended`: the token was revoked, or the connection was ended before it opened
 * - `unavailable`: it is not known, because the store of presence or the broker failed
 */
export type SeatAnswer =
  | { readonly kind: "seated"; readonly seat: UserSeat }
  | { readonly kind: "limit" }
  | { readonly kind: "ended"; readonly disconnect: Disconnect }
  | { readonly kind: "unavailable"; readonly error: Error };

/** The connections of this node that have a user. */
export class UserRegistry {
  readonly #options: UserRegistryOptions;
  readonly #log: Logger;
  readonly #users = new Map<string, LocalUser>();
  readonly #byToken = new Map<string, Set<UserSeat>>();
  readonly #byHandshake = new WeakMap<Handshake, UserSeat>();
  readonly #expiry: ExpiryQueue<UserSeat>;
  readonly #retries: Retries;
  #isOpen = false;

  constructor(options: UserRegistryOptions) {
    const { log, clock = systemClock } = options;
    this.#options = options;
    this.#log = log;
    this.#expiry = new ExpiryQueue((seat) => this.#end(seat, Disconnects.TokenExpired), clock);
    this.#retries = new Retries(log, clock);
  }

  /** Users that have connections, or handshakes on their way, on this node. */
  get size(): number {
    return this.#users.size;
  }

  /**
   * Before the first user comes; an app without users does not need it. Called again after it has
   * succeeded, it does nothing.
   *
   * @throws WindlassError (as a rejection) `ERR_BROKER_UNAVAILABLE`
   */
  async open(): Promise<void> {
    if (this.#isOpen) return;
    const { topics, revocations } = this.#options;
    await topics.listen(commandTopic, this.#obey);
    await revocations.open((revocation) => this.#revoked(revocation));
    this.#isOpen = true;
  }

  /** After the last connection is gone. */
  async close(): Promise<void> {
    this.#retries.close();
    const { topics, revocations } = this.#options;
    await Promise.all([topics.unlisten(commandTopic, this.#obey), revocations.close()]);
  }

  /**
   * Lets a user's connection in, if it may come. What it is let in for has to be given back by
   * `leave()`.
   *
   * @throws TypeError (as a rejection) when the user is none
   */
  async admit(user: User, request: SeatRequest = {}): Promise<SeatAnswer> {
    const seat = new UserSeat(request.id ?? randomUUID(), toUserToken(user));
    const { revocations, presence } = this.#options;
    if (revocations.isRevoked(seat.token)) return ended(Disconnects.Unauthorized);
    // From here on what is said about the user reaches the seat, so that nothing falls in between.
    const local = this.#enter(seat);
    try {
      await local.listening;
      const entry = { connectionId: seat.id, memberId: seat.userId };
      const { isAdmitted, displaced } = await presence.join(onlineTopic, entry, request.limit);
      if (!isAdmitted) {
        this.#remove(seat);
        return { kind: "limit" };
      }
      if (displaced.length > 0) this.#displace(seat.userId, displaced);
    } catch (error) {
      // It may have joined nevertheless.
      this.leave(seat);
      return { kind: "unavailable", error: toError(error) };
    }
    if (request.endsWithToken !== false) this.#expiry.add(seat, seat.token.expiresAtMs);
    if (seat.ending === undefined) return { kind: "seated", seat };
    this.leave(seat);
    return ended(seat.ending);
  }

  /** As {@link admit}; the seat is found by the handshake afterwards. */
  async admitHandshake(
    user: User,
    handshake: Handshake,
    limit: MemberLimit | undefined,
  ): Promise<SeatAnswer> {
    const answer = await this.admit(user, { limit });
    if (answer.kind === "seated") this.#byHandshake.set(handshake, answer.seat);
    return answer;
  }

  /**
   * As {@link admit}, for a connection that is open, and that ends with its token by itself. When the
   * handshake had the same user, that seat is the one.
   */
  async admitOpen(
    user: User,
    { id, handshake }: { readonly id: string; readonly handshake: Handshake },
    limit: MemberLimit | undefined,
  ): Promise<SeatAnswer> {
    const seat = this.seatOf(handshake);
    if (seat?.userId !== user.userId) return this.admit(user, { id, limit, endsWithToken: false });
    return this.renew(seat, user) ? { kind: "seated", seat } : ended(Disconnects.Unauthorized);
  }

  /** The seat that a handshake was let in with. */
  seatOf(handshake: Handshake): UserSeat | undefined {
    return this.#byHandshake.get(handshake);
  }

  /**
   * The connection has a fresh token, and ends with it by itself. False when that is of another user
   * or was revoked, or when the seat has been left; then nothing has changed.
   */
  renew(seat: UserSeat, user: User): boolean {
    const token = toUserToken(user);
    if (seat.hasLeft || token.userId !== seat.userId) return false;
    if (this.#options.revocations.isRevoked(token)) return false;
    this.#expiry.delete(seat);
    this.#forgetToken(seat);
    seat.token = token;
    this.#rememberToken(seat);
    return true;
  }

  /** The connection is gone, or never came. Once is enough; more often does nothing. */
  leave(seat: UserSeat): void {
    if (seat.hasLeft) return;
    this.#remove(seat);
    this.#retries.run(() => this.#options.presence.leave(onlineTopic, seat.id));
  }

  #enter(seat: UserSeat): LocalUser {
    const known = this.#users.get(seat.userId);
    const local = known ?? new LocalUser(seat.userId, this.#options.topics, this.#log);
    if (known === undefined) this.#users.set(seat.userId, local);
    local.seats.add(seat);
    this.#rememberToken(seat);
    return local;
  }

  #remove(seat: UserSeat): void {
    seat.hasLeft = true;
    this.#expiry.delete(seat);
    this.#forgetToken(seat);
    const local = this.#users.get(seat.userId);
    if (local?.seats.delete(seat) !== true || local.seats.size > 0) return;
    this.#users.delete(seat.userId);
    local.stop();
  }

  #rememberToken(seat: UserSeat): void {
    const { tokenId } = seat.token;
    if (tokenId === undefined) return;
    this.#byToken.set(tokenId, (this.#byToken.get(tokenId) ?? new Set()).add(seat));
  }

  #forgetToken(seat: UserSeat): void {
    const { tokenId } = seat.token;
    if (tokenId === undefined) return;
    const seats = this.#byToken.get(tokenId);
    if (seats?.delete(seat) && seats.size === 0) this.#byToken.delete(tokenId);
  }

  /** The connections that gave way are perhaps on other nodes; they do not count any more. */
  #displace(userId: string, connectionIds: readonly string[]): void {
    const command: UserCommand = {
      userId,
      disconnect: Disconnects.ConnectionLimit,
      connectionIds,
    };
    const options = { attributes: { control: { ...command } } };
    this.#retries.run(() => this.#options.topics.publish(commandTopic, "", options));
  }

  readonly #obey = ({ attributes }: Publication): void => {
    const command = readCommand(attributes?.control);
    if (command === undefined) {
      this.#log.warn({}, "a command cannot be read: is another version of Windlass running?");
      return;
    }
    const { userId, disconnect, connectionIds } = command;
    for (const seat of this.#users.get(userId)?.seats ?? []) {
      if (connectionIds?.some((id) => seat.isOf(id)) ?? true) this.#end(seat, disconnect);
    }
  };

  #revoked(revocation: RevocationMessage): void {
    const seats =
      "tokenId" in revocation
        ? this.#byToken.get(revocation.tokenId)
        : this.#users.get(revocation.userId)?.seats;
    for (const seat of seats ?? []) {
      if (concerns(revocation, seat.token)) this.#end(seat, Disconnects.Unauthorized);
    }
  }

  #end(seat: UserSeat, disconnect: Disconnect): void {
    try {
      seat.end(disconnect);
    } catch (error) {
      this.#log.error({ err: toError(error) }, "closing a connection of a user failed");
    }
  }
}

function ended(disconnect: Disconnect): SeatAnswer {
  return { kind: "ended", disconnect };
}
