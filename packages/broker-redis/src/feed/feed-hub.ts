import { BackOff } from "../link/back-off.ts";
import { LinkError, problemOf, redirectOf } from "../link/link-error.ts";
import type { LinkSettings } from "../link/link-settings.ts";
import type { Links } from "../link/links.ts";
import { Pauses } from "../link/pauses.ts";
import type { MessageListener } from "../link/redis-connection.ts";
import type { RedisSession } from "../link/redis-session.ts";
import { eachOf } from "./each-of.ts";
import type { Feed } from "./feed.ts";
import { Turnstile } from "./turnstile.ts";

/** A feed, and over which link it is heard. */
interface Entry {
  readonly feed: Feed;
  /** `undefined` while it is not heard. */
  session: RedisSession | undefined;
  listener: MessageListener;
  /** Whether what was missed has been made good. */
  isWhole: boolean;
  /** Whether somebody waits for it to be heard for the first time, and is told when it cannot be. */
  isNew: boolean;
}

const subscribesAtOnce = 256;
const checksAtOnce = 32;
const redirectsAtMost = 5;

/** Where warnings go; there may be one for every feed at once. */
export interface FeedLog {
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** Listens to channels wherever their topics are, and again after every interruption. */
export class FeedHub {
  readonly #links: Links;
  readonly #settings: LinkSettings;
  readonly #checkMs: number;
  readonly #log: FeedLog;
  readonly #entries = new Map<Feed, Entry>();
  readonly #pauses: Pauses;
  /** Many at once go out together; more than the link takes would be rejected. */
  readonly #turnstile = new Turnstile(subscribesAtOnce);
  #stopTimer: (() => void) | undefined;
  #isClosed = false;

  constructor(links: Links, settings: LinkSettings, checkMs: number, log: FeedLog) {
    this.#links = links;
    this.#settings = settings;
    this.#checkMs = checkMs;
    this.#log = log;
    this.#pauses = new Pauses(settings.clock);
    this.#scheduleCheck();
  }

  /** Resolves when the feed is heard. @throws LinkError, ErrorReply; then it is not kept. */
  async add(feed: Feed): Promise<void> {
    const entry: Entry = {
      feed,
      session: undefined,
      listener: () => {},
      isWhole: false,
      isNew: true,
    };
    this.#entries.set(feed, entry);
    try {
      await this.#turnstile.run(() => this.#attachFirst(entry));
    } catch (error) {
      this.remove(feed);
      throw error;
    }
    entry.isNew = false;
    // Links may have changed meanwhile.
    if (this.#isKept(entry)) this.#followWith(entry);
  }

  remove(feed: Feed): void {
    const entry = this.#entries.get(feed);
    this.#entries.delete(feed);
    if (entry !== undefined) this.#detach(entry);
  }

  /** Resolves when everything has been heard that came before the call. @throws LinkError, ErrorReply */
  async verify(feed: Feed): Promise<void> {
    const entry = this.#entries.get(feed);
    if (entry?.session === undefined) throw new LinkError("there is no connection");
    await this.#verify(entry, entry.session);
  }

  /** The feed could not be made whole while it was heard: it is begun anew. */
  repair(feed: Feed): void {
    const entry = this.#entries.get(feed);
    if (entry?.session?.isOpen && entry.isWhole) this.#reattach(entry);
  }

  /** A channel is not heard any more on the link over which it was. */
  lose(channel: string): void {
    for (const entry of this.#entries.values()) {
      if (entry.feed.channel === channel) this.#detach(entry);
    }
  }

  /** Links have come, gone or changed places. */
  follow(): void {
    for (const entry of this.#entries.values()) {
      if (!entry.isNew) this.#followWith(entry);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#stopTimer?.();
    this.#pauses.end();
    for (const feed of this.#entries.keys()) this.remove(feed);
  }

  #sessionOf({ feed }: Entry): RedisSession | undefined {
    const session = this.#links.shardOf(feed.tag)?.session;
    return session?.isOpen ? session : undefined;
  }

  #followWith(entry: Entry): void {
    const session = this.#sessionOf(entry);
    if (entry.session === session) return;
    this.#detach(entry);
    if (session !== undefined) void this.#keepAttaching(entry);
  }

  #isKept(entry: Entry): boolean {
    return this.#entries.get(entry.feed) === entry;
  }

  async #attachFirst(entry: Entry): Promise<void> {
    for (let attempt = 1; this.#isKept(entry); attempt += 1) {
      const session = this.#sessionOf(entry);
      if (session === undefined) {
        const problem = this.#links.shardOf(entry.feed.tag)?.lastError?.message;
        throw new LinkError(
          `there is no connection${problem === undefined ? "" : ` (${problem})`}`,
        );
      }
      try {
        return await this.#attach(entry, session);
      } catch (error) {
        if (redirectOf(error) === undefined || attempt === redirectsAtMost) throw error;
        await this.#links.refresh();
      }
    }
  }

  /** Until it has succeeded, or the link is another one, which begins anew. */
  async #keepAttaching(entry: Entry): Promise<void> {
    const backOff = new BackOff(this.#settings.reconnectMaxDelayMs);
    const state = { isOver: false, hasFailed: false };
    for (;;) {
      await this.#turnstile.run(async () => {
        state.isOver = await this.#tryAttaching(entry, state.hasFailed);
      });
      if (state.isOver) return;
      state.hasFailed = true;
      await this.#pauses.wait(backOff.nextDelayMs());
    }
  }

  /** Answers whether there is nothing left to do. */
  async #tryAttaching(entry: Entry, hasFailed: boolean): Promise<boolean> {
    const session = this.#isKept(entry) ? this.#sessionOf(entry) : undefined;
    if (session === undefined || entry.session !== undefined) return true;
    try {
      await this.#attach(entry, session);
      return true;
    } catch (error) {
      if (!session.isOpen) return true;
      if (!hasFailed) this.#warn(entry, error, "cannot subscribe again; trying on");
      // A server that says that it is not the one knows of another.
      if (redirectOf(error) !== undefined) await this.#links.refresh();
      return false;
    }
  }

  async #attach(entry: Entry, session: RedisSession): Promise<void> {
    const { feed } = entry;
    // One of its own each time: what the subscription before still brings is not for this one.
    const listener: MessageListener = (message) => {
      if (entry.listener === listener) feed.onMessage(message);
    };
    entry.session = session;
    entry.listener = listener;
    try {
      // Both go out at once: the answer covers everything that is not heard afterwards.
      const subscribed = session.events.subscribe(feed.channel, listener);
      const [standing] = await Promise.all([feed.survey(session.events), subscribed]);
      if (entry.listener !== listener) return;
      await standing.adopt();
      if (entry.listener === listener) entry.isWhole = true;
    } catch (error) {
      if (entry.listener === listener) this.#detach(entry);
      throw error;
    }
  }

  #detach(entry: Entry): void {
    const { feed, session, listener } = entry;
    if (session === undefined) return;
    entry.session = undefined;
    entry.listener = () => {};
    entry.isWhole = false;
    feed.onCut();
    if (!session.isOpen) return;
    // Nobody waits for it, and a link that breaks ends the subscription, too.
    session.events.unsubscribe(feed.channel, listener).catch(() => {});
  }

  #reattach(entry: Entry): void {
    this.#detach(entry);
    void this.#keepAttaching(entry);
  }

  async #verify(entry: Entry, session: RedisSession): Promise<void> {
    const { listener } = entry;
    const standing = await entry.feed.survey(session.events);
    if (entry.listener !== listener) throw new LinkError("the connection was lost");
    if (!entry.isWhole || !(await standing.verify()) || entry.listener !== listener) return;
    // Nothing is missed on a link that holds, unless the server has forgotten the subscription.
    const { tag } = entry.feed;
    this.#log.warn(
      { topic: tag },
      "publications were missed on a link that holds; subscribing anew",
    );
    this.#reattach(entry);
  }

  #scheduleCheck(): void {
    // Not all nodes at the same time.
    const delayMs = this.#checkMs * (0.75 + Math.random() / 2);
    this.#stopTimer = this.#settings.clock.after(delayMs, () => void this.#checkAll());
  }

  /** The last publication of a topic may have been lost, and no later one tells. */
  async #checkAll(): Promise<void> {
    await eachOf([...this.#entries.values()], checksAtOnce, (entry) => this.#check(entry));
    if (!this.#isClosed) this.#scheduleCheck();
  }

  async #check(entry: Entry): Promise<void> {
    const { session } = entry;
    if (session === undefined || !entry.isWhole || !this.#isKept(entry)) return;
    try {
      await this.#verify(entry, session);
    } catch (error) {
      if (redirectOf(error) !== undefined) await this.#links.refresh();
      else if (session.isOpen && this.#isKept(entry)) {
        this.#warn(entry, error, "cannot check for missed publications");
      }
    }
  }

  #warn({ feed }: Entry, error: unknown, message: string): void {
    const problem = problemOf(error, this.#settings.secrets);
    this.#log.warn({ topic: feed.tag, problem }, message);
  }
}
