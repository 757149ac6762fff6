import { ErrorReply, RESP_TYPES, RedisClient } from "redis";
import { type Entrance, formatAddress, type RedisAddress } from "./address.ts";
import { Deadlines } from "./deadlines.ts";
import { LinkError, problemOf } from "./link-error.ts";
import type { LinkSettings } from "./link-settings.ts";

export type RedisArgument = string | Buffer;

/** What Redis answers; texts of values come as bytes. */
export type RedisReply =
  | null
  | number
  | string
  | Buffer
  | readonly RedisReply[]
  | { readonly [key: string]: RedisReply };

/** Called with each message of a channel. */
export type MessageListener = (message: Buffer) => void;

/** What is used of a client of node-redis. */
interface Client {
  connect(): Promise<unknown>;
  destroy(): void;
  sendCommand(args: RedisArgument[]): Promise<unknown>;
  sSubscribe(channel: string, listener: MessageListener, bufferMode: true): Promise<void>;
  sUnsubscribe(channel: string, listener: MessageListener, bufferMode: true): Promise<void>;
  on(event: "error", listener: (error: unknown) => void): unknown;
  on(event: "sharded-channel-moved", listener: (channel: string) => void): unknown;
}

/**
 * One connection to one server, which is used until it breaks and then thrown away: what was under way is
 * rejected, and never sent again without the caller knowing. Commands go out in the order of the calls, many
 * at once, and so do the answers come back.
 */
export class RedisConnection {
  readonly #client: Client;
  readonly #settings: LinkSettings;
  readonly #deadlines: Deadlines;
  readonly #end = (): void => this.close(new LinkError("the broker was closed"));
  #closedBy: LinkError | undefined;
  #whenDrained: (() => void) | undefined;
  /** Called once, when it has broken or was closed. */
  onClosed: (error: LinkError) => void = () => {};
  /** Called when the server has taken a channel from this connection, as its slot has moved. */
  onChannelMoved: (channel: string) => void = () => {};

  private constructor(address: RedisAddress, entrance: Entrance, settings: LinkSettings) {
    const { clock, commandTimeoutMs, ending } = settings;
    this.#settings = settings;
    this.#client = makeClient(address, entrance, settings);
    this.#client.on("error", (error) => this.close(this.#toLinkError(error)));
    this.#client.on("sharded-channel-moved", (channel) => this.onChannelMoved(channel));
    this.#deadlines = new Deadlines(clock, commandTimeoutMs, () => {
      this.close(new LinkError(`no answer within ${commandTimeoutMs} ms`));
    });
    if (ending.aborted) this.#end();
    else ending.addEventListener("abort", this.#end, { once: true });
  }

  /** Resolves with a connection that is ready. @throws LinkError */
  static async open(
    address: RedisAddress,
    entrance: Entrance,
    settings: LinkSettings,
  ): Promise<RedisConnection> {
    const connection = new RedisConnection(address, entrance, settings);
    await connection.#connect(formatAddress(address));
    return connection;
  }

  get isOpen(): boolean {
    return this.#closedBy === undefined;
  }

  /** Sends a command. @throws LinkError when no answer comes; ErrorReply when Redis refuses it. */
  send(args: RedisArgument[]): Promise<RedisReply> {
    if (this.#closedBy !== undefined) return Promise.reject(this.#closedBy);
    let bytes = 0;
    for (const arg of args) bytes += arg.length;
    const refusal = this.#refuse(bytes);
    if (refusal !== undefined) return Promise.reject(refusal);
    // What a client of node-redis answers to a raw command is what the protocol can carry.
    return this.#await(this.#client.sendCommand(args) as Promise<RedisReply>, bytes);
  }

  /** From the moment in which it resolves every message of the channel is heard. */
  subscribe(channel: string, listener: MessageListener): Promise<void> {
    if (this.#closedBy !== undefined) return Promise.reject(this.#closedBy);
    return this.#await(this.#client.sSubscribe(channel, listener, true), channel.length);
  }

  unsubscribe(channel: string, listener: MessageListener): Promise<void> {
    if (this.#closedBy !== undefined) return Promise.resolve();
    return this.#await(this.#client.sUnsubscribe(channel, listener, true), channel.length);
  }

  /** Resolves when nothing is under way any more. */
  async drained(): Promise<void> {
    if (this.#deadlines.count === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenDrained = resolve;
    });
  }

  close(error: LinkError): void {
    if (this.#closedBy !== undefined) return;
    this.#closedBy = error;
    this.#deadlines.stop();
    this.#settings.ending.removeEventListener("abort", this.#end);
    this.#client.destroy();
    this.onClosed(error);
  }

  async #connect(place: string): Promise<void> {
    if (this.#closedBy !== undefined) throw this.#closedBy;
    const { clock, connectTimeoutMs } = this.#settings;
    const stopTimer = clock.after(connectTimeoutMs, () => {
      this.close(new LinkError(`no connection to ${place} within ${connectTimeoutMs} ms`));
    });
    try {
      await this.#client.connect();
    } catch (error) {
      this.close(this.#toLinkError(error));
    } finally {
      stopTimer();
    }
    if (this.#closedBy !== undefined) throw this.#closedBy;
  }

  #refuse(bytes: number): LinkError | undefined {
    const { maxCommandsInFlight, maxBytesInFlight } = this.#settings;
    const { count } = this.#deadlines;
    if (count >= maxCommandsInFlight) {
      return new LinkError(`${count} commands are waiting for an answer already`);
    }
    // One that is larger than the limit must pass when nothing else is under way.
    if (count > 0 && this.#deadlines.bytes + bytes > maxBytesInFlight) {
      return new LinkError(`${this.#deadlines.bytes} bytes are waiting for an answer already`);
    }
    return undefined;
  }

  #await<Reply>(answer: Promise<Reply>, bytes: number): Promise<Reply> {
    const awaited = this.#deadlines.add(bytes);
    const settle = (): void => {
      this.#deadlines.settle(awaited);
      if (this.#deadlines.count === 0) this.#whenDrained?.();
    };
    return answer.then(
      (reply) => {
        settle();
        return reply;
      },
      (error: unknown) => {
        settle();
        if (error instanceof ErrorReply) throw error;
        throw this.#closedBy ?? this.#toLinkError(error);
      },
    );
  }

  #toLinkError(error: unknown): LinkError {
    if (error instanceof LinkError) return error;
    return new LinkError(problemOf(error, this.#settings.secrets));
  }
}

/**
 * Version 3 of the protocol lets a connection with subscriptions carry commands, too, whose answers come in
 * order with the messages. `createClient` would build a class of hundreds of methods for each address.
 */
const createClient = RedisClient.factory({ RESP: 3 });

function makeClient(address: RedisAddress, entrance: Entrance, settings: LinkSettings): Client {
  const { username, password, database, tls } = entrance;
  const socket = {
    ...address,
    connectTimeout: settings.connectTimeoutMs,
    // A connection that broke is replaced by its owner, who knows what has to be made good then.
    reconnectStrategy: false as const,
  };
  return createClient({
    socket: tls === undefined ? socket : { ...tls, ...socket, tls: true },
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(database !== undefined && { database }),
    name: "windlass",
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: "disabled",
    // A time-out of its own for each command would cost a timer each; see Deadlines.
    commandOptions: { timeout: 0, typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
  });
}
