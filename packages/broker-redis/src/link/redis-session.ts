import type { Entrance, RedisAddress } from "./address.ts";
import { LinkError } from "./link-error.ts";
import type { LinkSettings } from "./link-settings.ts";
import { RedisConnection } from "./redis-connection.ts";
import { checkServer, type ServerKind } from "./server-info.ts";

/** What a session is opened with. */
export interface SessionTarget {
  readonly kind: ServerKind;
  readonly address: RedisAddress;
  readonly entrance: Entrance;
}

/**
 * The link to one server as long as it holds: one connection for commands and one for what is heard, so that
 * large answers neither hold up publications nor count against the server's limit for subscribers. Both end
 * together.
 */
export class RedisSession {
  readonly address: RedisAddress;
  readonly commands: RedisConnection;
  readonly events: RedisConnection;
  readonly #settings: LinkSettings;
  readonly #stopPings: () => void;
  /** How long the last ping took. */
  roundTripMs: number | undefined;
  /** Called when the server has taken a channel from this session. */
  onChannelMoved: (channel: string) => void = () => {};
  /** Called once, when it has broken or was closed. */
  onClosed: (error: LinkError) => void = () => {};

  private constructor(
    address: RedisAddress,
    [commands, events]: readonly [RedisConnection, RedisConnection],
    settings: LinkSettings,
  ) {
    this.address = address;
    this.commands = commands;
    this.events = events;
    this.#settings = settings;
    for (const connection of [commands, events]) {
      connection.onClosed = (error) => this.close(error);
    }
    events.onChannelMoved = (channel) => this.onChannelMoved(channel);
    this.#stopPings = settings.clock.every(settings.pingIntervalMs, () => void this.#ping());
  }

  /** @throws LinkError */
  static async open(target: SessionTarget, settings: LinkSettings): Promise<RedisSession> {
    const { kind, entrance } = target;
    const address = settings.mapAddress(target.address);
    const open = () => RedisConnection.open(address, entrance, settings);
    const opened = await Promise.allSettled([open(), open()]);
    const connections = opened.flatMap((each) => (each.status === "fulfilled" ? each.value : []));
    try {
      for (const each of opened) if (each.status === "rejected") throw each.reason;
      const [commands, events] = connections;
      if (commands === undefined || events === undefined) throw new LinkError("no connection");
      await checkServer(commands, kind);
      await Promise.all(
        settings.scripts.map(({ text }) => commands.send(["SCRIPT", "LOAD", text])),
      );
      // One of them may have broken while the other was busy.
      await events.send(["PING"]);
      return new RedisSession(target.address, [commands, events], settings);
    } catch (error) {
      for (const connection of connections) {
        connection.close(new LinkError("the other connection failed"));
      }
      throw error;
    }
  }

  get isOpen(): boolean {
    return this.commands.isOpen && this.events.isOpen;
  }

  close(error: LinkError): void {
    this.#stopPings();
    const { onClosed } = this;
    this.onClosed = () => {};
    this.commands.close(error);
    this.events.close(error);
    onClosed(error);
  }

  /** A link that was cut without a word is noticed because the answer to this does not come. */
  async #ping(): Promise<void> {
    const { clock } = this.#settings;
    const sentAtMs = clock.now();
    const answers = [this.commands, this.events].map((connection) => connection.send(["PING"]));
    try {
      await Promise.all(answers);
      this.roundTripMs = clock.now() - sentAtMs;
    } catch {
      // The connection has told its owner, or is too busy to need a ping.
    }
  }
}
