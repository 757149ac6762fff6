import { BackOff } from "./back-off.ts";
import { LinkError, problemOf } from "./link-error.ts";
import type { LinkSettings } from "./link-settings.ts";
import { RedisSession, type SessionTarget } from "./redis-session.ts";

/** Told what becomes of a shard's link. */
export interface ShardEvents {
  onUp(shard: Shard, session: RedisSession): void;
  /** The link was lost; attempts to replace it begin. */
  onDown(shard: Shard, error: LinkError): void;
  /** The server has let go of a channel: another one has its topic. */
  onChannelMoved(channel: string): void;
  /** An attempt has failed; the next one follows by itself. */
  onAttemptFailed(shard: Shard, error: LinkError): void;
}

/** Finds the server to connect to. */
export type Locate = () => Promise<SessionTarget>;

/** One server that holds a part of the topics, or all: keeps a link to it, replacing it when it breaks. */
export class Shard {
  readonly #locate: Locate;
  readonly #settings: LinkSettings;
  readonly #events: ShardEvents;
  readonly #backOff: BackOff;
  #session: RedisSession | undefined;
  #upSinceMs = 0;
  #isClosed = false;
  #lastError: LinkError | undefined;
  #attempt: Promise<void> | undefined;
  #stopWaiting: (() => void) | undefined;

  constructor(locate: Locate, settings: LinkSettings, events: ShardEvents) {
    this.#locate = locate;
    this.#settings = settings;
    this.#events = events;
    this.#backOff = new BackOff(settings.reconnectMaxDelayMs);
  }

  /** `undefined` while there is no link. */
  get session(): RedisSession | undefined {
    return this.#session;
  }

  get lastError(): LinkError | undefined {
    return this.#lastError;
  }

  /** For how long there has been a link without interruption, in milliseconds; 0 while there is none. */
  get upForMs(): number {
    return this.#session === undefined ? 0 : this.#settings.clock.now() - this.#upSinceMs;
  }

  /** Connects once, for the first time. @throws LinkError */
  async open(): Promise<void> {
    try {
      await this.#connect();
    } catch (error) {
      this.#isClosed = true;
      throw error;
    }
  }

  /** Connects in the background, as often as it takes; resolves after the first attempt. */
  async start(): Promise<void> {
    this.#attempt ??= this.#try();
    await this.#attempt;
  }

  close(error: LinkError): void {
    this.#isClosed = true;
    this.#stopWaiting?.();
    this.#session?.close(error);
  }

  async #connect(): Promise<void> {
    const session = await this.#openSession();
    if (this.#isClosed) {
      session.close(new LinkError("the broker was closed"));
      return;
    }
    this.#session = session;
    this.#upSinceMs = this.#settings.clock.now();
    session.onChannelMoved = (channel) => this.#events.onChannelMoved(channel);
    session.onClosed = (error) => this.#lost(error);
    if (session.isOpen) this.#events.onUp(this, session);
    else this.#lost(new LinkError("the connection was lost at once"));
  }

  async #openSession(): Promise<RedisSession> {
    try {
      return await RedisSession.open(await this.#locate(), this.#settings);
    } catch (error) {
      if (error instanceof LinkError) throw error;
      throw new LinkError(problemOf(error, this.#settings.secrets));
    }
  }

  async #try(): Promise<void> {
    try {
      await this.#connect();
    } catch (error) {
      this.#lastError = error instanceof LinkError ? error : new LinkError(String(error));
      if (this.#isClosed) return;
      this.#events.onAttemptFailed(this, this.#lastError);
      this.#retryLater();
    }
  }

  #lost(error: LinkError): void {
    // A server that lets go of every link at once must not be asked at full speed.
    if (this.upForMs > this.#settings.reconnectMaxDelayMs) this.#backOff.reset();
    this.#session = undefined;
    if (this.#isClosed) return;
    this.#lastError = error;
    this.#events.onDown(this, error);
    this.#retryLater();
  }

  #retryLater(): void {
    if (this.#isClosed) return;
    this.#stopWaiting = this.#settings.clock.after(this.#backOff.nextDelayMs(), () => {
      this.#attempt = this.#try();
    });
  }
}
