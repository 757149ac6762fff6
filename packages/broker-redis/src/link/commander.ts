import type { Clock } from "@windlass/core";
import { type Command, Lane, type LaneHost } from "./lane.ts";
import { isWrongServer, LinkError, type Redirect, redirectOf } from "./link-error.ts";
import type { LinkSettings } from "./link-settings.ts";
import type { Links } from "./links.ts";
import { Pauses } from "./pauses.ts";
import type { RedisArgument, RedisReply } from "./redis-connection.ts";
import type { RedisSession } from "./redis-session.ts";
import type { Script } from "./script.ts";

/** Sends commands to whoever holds their topic; those of one topic are carried out in the order of the calls. */
export class Commander implements LaneHost {
  readonly #links: Links;
  readonly #settings: LinkSettings;
  /** Topics of which something has to be sent again. */
  readonly #lanes = new Map<string, Lane>();
  /** Ended with the links. */
  readonly pauses: Pauses;
  #order = 0;

  constructor(links: Links, settings: LinkSettings) {
    this.#links = links;
    this.#settings = settings;
    this.pauses = new Pauses(settings.clock);
  }

  get clock(): Clock {
    return this.#settings.clock;
  }

  get commandTimeoutMs(): number {
    return this.#settings.commandTimeoutMs;
  }

  /** @throws LinkError (as a rejection), ErrorReply when Redis refuses the command */
  send(tag: string, args: RedisArgument[]): Promise<RedisReply> {
    const command = { tag, args };
    this.#order += 1;
    const order = this.#order;
    const lane = this.#lanes.get(tag);
    if (lane !== undefined) return this.#enter(lane, command, order);
    return this.sendNow(command, undefined).catch((error: unknown) => {
      const redirect = redirectOf(error);
      if (redirect === undefined) throw error;
      return this.#enter(this.#laneOf(tag), command, order, redirect);
    });
  }

  /** Runs a script with keys of one topic. */
  run(
    tag: string,
    { hash }: Script,
    keys: readonly string[],
    args: readonly RedisArgument[],
  ): Promise<RedisReply> {
    return this.send(tag, ["EVALSHA", hash, String(keys.length), ...keys, ...args]);
  }

  sendNow({ tag, args }: Command, redirect: Redirect | undefined): Promise<RedisReply> {
    const session = this.#sessionFor(tag, redirect);
    if (session === undefined) return Promise.reject(this.#noLink(tag));
    const { commands } = session;
    if (redirect?.kind === "ask") {
      // Valid for the next command of the connection, which is the one below.
      commands.send(["ASKING"]).catch(() => {});
    }
    return commands.send(args).catch((error: unknown) => {
      if (isWrongServer(error)) session.close(new LinkError(String(error)));
      throw error;
    });
  }

  async settled(): Promise<void> {
    const links = [...this.#links.shards].flatMap(({ session }) => session ?? []);
    // The topic may have belonged to another server when it was sent. A link that breaks has nothing under way.
    await Promise.allSettled(links.map(({ commands }) => commands.send(["PING"])));
  }

  async prepare(tag: string, { kind }: Redirect): Promise<void> {
    try {
      if (kind === "no-script") await this.#loadScripts(tag);
      else await this.#links.refresh();
    } catch {
      // The next attempt fails as this one did, and is repeated until its time is over.
    }
  }

  async #loadScripts(tag: string): Promise<void> {
    const commands = this.#links.shardOf(tag)?.session?.commands;
    const { scripts } = this.#settings;
    await Promise.all(scripts.map(({ text }) => commands?.send(["SCRIPT", "LOAD", text])));
  }

  #sessionFor(tag: string, redirect: Redirect | undefined): RedisSession | undefined {
    if (redirect?.kind === "ask") return this.#links.sessionAt(redirect.address);
    return this.#links.shardOf(tag)?.session;
  }

  #noLink(tag: string): LinkError {
    const problem = this.#links.shardOf(tag)?.lastError?.message;
    return new LinkError(`there is no connection${problem === undefined ? "" : ` (${problem})`}`);
  }

  #laneOf(tag: string): Lane {
    let lane = this.#lanes.get(tag);
    if (lane === undefined) {
      lane = new Lane(tag, this);
      lane.onEmpty = () => void this.#lanes.delete(tag);
      this.#lanes.set(tag, lane);
    }
    return lane;
  }

  #enter(lane: Lane, command: Command, order: number, redirect?: Redirect): Promise<RedisReply> {
    const { maxCommandsInFlight } = this.#settings;
    if (lane.size >= maxCommandsInFlight) {
      return Promise.reject(new LinkError(`${lane.size} commands wait to be sent again already`));
    }
    return lane.add(command, order, redirect);
  }
}
