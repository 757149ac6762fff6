import { setMaxListeners } from "node:events";
import { type Logger, neverThrowing, silentLogger, WindlassError } from "@windlass/core";
import { ErrorReply } from "redis";
import { FeedHub } from "./feed/feed-hub.ts";
import type { RedisHealth } from "./health.ts";
import { LimitedLog } from "./limited-log.ts";
import { Commander } from "./link/commander.ts";
import { LinkError, problemOf } from "./link/link-error.ts";
import type { LinkEvents, Links } from "./link/links.ts";
import { evictionPolicyOf } from "./link/server-info.ts";
import type { Shard } from "./link/shard.ts";
import { makeLinks } from "./make-links.ts";
import { presenceScripts } from "./presence/presence-scripts.ts";
import type { Settings } from "./settings.ts";
import { historyScript, publishScript } from "./topic/topic-scripts.ts";

const scripts = [publishScript, historyScript, ...presenceScripts];

/** What is there while the backend is open. */
export interface OpenBackend {
  /** Aborted when it ends. */
  readonly ending: AbortController;
  readonly links: Links;
  readonly commander: Commander;
  readonly feeds: FeedHub;
  /** For what may happen to every topic at once. */
  readonly warnings: LimitedLog;
}

/** The links to Redis, which the broker and its presence store share: they are there as long as one is open. */
export class Backend {
  readonly settings: Settings;
  /** Called with each shard to which there is a link again. */
  readonly onUp: Set<(shard: Shard) => void> = new Set();
  log: Logger = silentLogger;
  #users = 0;
  #opening: Promise<OpenBackend> | undefined;
  #open: OpenBackend | undefined;
  readonly #downSinceMs = new Map<Shard, number>();
  #lastError: string | undefined;

  constructor(settings: Settings) {
    this.settings = settings;
  }

  get health(): RedisHealth {
    const lastError = this.#lastError;
    if (this.#open === undefined) return { state: "closed", lastError, roundTripMs: undefined };
    const sessions = [...this.#open.links.shards].map(({ session }) => session);
    const times = sessions.flatMap((session) => session?.roundTripMs ?? []);
    return {
      state: sessions.every((session) => session !== undefined) ? "ready" : "connecting",
      lastError,
      roundTripMs: times.length === 0 ? undefined : Math.max(...times),
    };
  }

  /** One more user; the first one opens. @throws WindlassError `ERR_BROKER_UNAVAILABLE` */
  async acquire(log: Logger): Promise<OpenBackend> {
    if (this.#users === 0) this.log = neverThrowing(log);
    this.#users += 1;
    this.#opening ??= this.#connect();
    try {
      return await this.#opening;
    } catch (error) {
      this.#users -= 1;
      this.#opening = undefined;
      throw this.unavailable("open()", error);
    }
  }

  /** One user less; the last one closes, after what is under way has been answered or has timed out. */
  async release(): Promise<void> {
    this.#users -= 1;
    const open = this.#open;
    if (this.#users > 0 || open === undefined) return;
    this.#open = undefined;
    this.#opening = undefined;
    open.feeds.close();
    const sessions = [...open.links.shards].flatMap(({ session }) => session ?? []);
    // A link that does not answer ends itself when its time is over.
    await Promise.all(
      sessions.flatMap(({ commands, events }) => [commands.drained(), events.drained()]),
    );
    open.commander.pauses.end();
    open.links.close(new LinkError("the broker was closed"));
    open.ending.abort();
    this.#downSinceMs.clear();
  }

  /** What an operation rejects with: what it has thrown, said as the contract has it. */
  unavailable(call: string, error: unknown): unknown {
    const isLink = error instanceof LinkError;
    if (!isLink && !(error instanceof ErrorReply)) return error;
    const details = {
      broker: this.settings.label,
      call,
      problem: problemOf(error, this.settings.secrets),
      advice: isLink
        ? "Look whether Redis runs and can be reached from here"
        : "Look at the settings of Redis and at what its user may do",
    };
    // What Redis answers may quote what it was sent.
    return new WindlassError("ERR_BROKER_UNAVAILABLE", details, isLink ? { cause: error } : {});
  }

  async #connect(): Promise<OpenBackend> {
    const { servers, positionCheckMs, clock } = this.settings;
    const ending = new AbortController();
    // Every connection listens to it.
    setMaxListeners(0, ending.signal);
    const linkSettings = { ...this.settings, scripts, ending: ending.signal };
    const links = makeLinks(servers, linkSettings, this.#linkEvents());
    const commander = new Commander(links, linkSettings);
    try {
      await links.open();
    } catch (error) {
      ending.abort();
      throw error;
    }
    const warnings = new LimitedLog(this.log, clock);
    const feeds = new FeedHub(links, linkSettings, positionCheckMs, warnings);
    this.#open = { ending, links, commander, feeds, warnings };
    this.log.info({ broker: this.settings.label }, "connected to Redis");
    await this.#warnOfEviction(links);
    return this.#open;
  }

  #linkEvents(): LinkEvents {
    return {
      onUp: (shard, session) => {
        const downSinceMs = this.#downSinceMs.get(shard);
        this.#downSinceMs.delete(shard);
        // The first time is said by open().
        if (this.#open === undefined) return;
        const nowMs = this.settings.clock.now();
        const downMs = downSinceMs === undefined ? undefined : Math.round(nowMs - downSinceMs);
        this.log.info({ ...session.address, downMs }, "connected to Redis again");
        this.#open.feeds.follow();
        for (const tell of this.onUp) tell(shard);
      },
      onDown: (shard, error) => {
        this.#lastError = error.message;
        this.#downSinceMs.set(shard, this.settings.clock.now());
        const fields = { broker: this.settings.label, problem: error.message };
        this.log.warn(fields, "the connection to Redis was lost; connecting again");
        this.#open?.feeds.follow();
      },
      onAttemptFailed: (_shard, error) => {
        this.#lastError = error.message;
      },
      onChannelMoved: (channel) => this.#open?.feeds.lose(channel),
      onMoved: () => this.#open?.feeds.follow(),
    };
  }

  async #warnOfEviction(links: Links): Promise<void> {
    for (const { session } of links.shards) {
      if (session === undefined) continue;
      try {
        const policy = await evictionPolicyOf(session.commands);
        if (policy === undefined) continue;
        const fields = { ...session.address, policy };
        this.log.warn(fields, "Redis may throw away history and presence when its memory is full");
      } catch {
        // The link broke, which is said elsewhere.
      }
    }
  }
}
