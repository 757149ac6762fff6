import {
  type BoundAddress,
  type Component,
  type FetchHandler,
  type HistoryPage,
  type HistoryQuery,
  type Logger,
  neverThrowing,
  type OriginRule,
  type PublishResult,
  type Sendable,
  type Topics,
  type Transport,
  WindlassError,
} from "@windlass/core";
import { destination, pino } from "pino";
import {
  type AppOptions,
  appOptionsSchema,
  type CloseOptions,
  closeOptionsSchema,
  listenSchema,
  type ParsedAppOptions,
} from "./app-options.ts";
import { closeParts } from "./close-parts.ts";
import { type Composition, composeNode, composeTransport } from "./compose.ts";
import { declareRoute, hostList } from "./declare-route.ts";
import { parseOptions } from "./option-error.ts";
import type { Route } from "./route.ts";
import { type HttpOptions, httpOptionsSchema, type RouteOptions } from "./route-options.ts";
import type { AppPresence } from "./topics/app-presence.ts";
import type { PublishOptions } from "./topics/publish-options.ts";
import type { TopicOptions } from "./topics/topic-options.ts";
import type { Users } from "./users/users.ts";
import { version } from "./version.ts";

/**
 * `declaring` until `run()` is called, `starting` until it has bound its address, then `running`;
 * `closing` while `close()` waits for connections, then `closed`.
 */
export type AppState = "declaring" | "starting" | "running" | "closing" | "closed";

/** What a node is doing. */
export interface AppInfo {
  /** Unique over all nodes and restarts; ids of its connections begin with it. */
  readonly nodeId: string;
  /** Of Windlass. */
  readonly version: string;
  /** Open on this node. */
  readonly connections: number;
  /** Topics with a subscriber on this node. */
  readonly topics: number;
}

/**
 * A WebSocket server whose paths are mapped to components; the counterpart of `Ratchet\App`.
 *
 * @example
 * const app = new App("localhost", 8080);
 * app.route("/echo", new EchoServer(), ["*"]);
 * await app.run();
 */
export class App {
  readonly #listen: { readonly httpHost: string; readonly port: number; readonly address: string };
  readonly #options: ParsedAppOptions;
  readonly #composition: Composition;
  readonly #log: Logger;
  #state: AppState = "declaring";
  #transport: Transport | undefined;
  #closing: Promise<void> | undefined;

  /**
   * @param httpHost host that browsers use for this server: the default of each route's `httpHost`
   *   and `allowedOrigins`. `""` accepts any Host, but then routes must name their origins.
   * @param port 0 to 65535; 0 binds a free port. Ignored on a unix socket.
   * @param address where to listen: an IP address, a host name, or the path of a unix socket. The
   *   default only reaches this machine, for a proxy in front.
   * @param options see docs/reference/options.md
   * @throws WindlassError `ERR_OPTION_INVALID`, `ERR_IP_RULE_INVALID`
   */
  constructor(
    httpHost = "localhost",
    port = 8080,
    address = "127.0.0.1",
    options: AppOptions = {},
  ) {
    this.#listen = parseOptions(listenSchema, { httpHost, port, address }, "");
    this.#options = parseOptions(appOptionsSchema, options, "options");
    this.#log = neverThrowing(this.#options.logger ?? createLogger(this.#options.logLevel));
    this.#composition = composeNode(this.#options, this.#log);
  }

  /** The logger in use: the one that was given, or our own. */
  get log(): Logger {
    return this.#log;
  }

  get state(): AppState {
    return this.#state;
  }

  /** The options in force: what was given, completed by the defaults, and frozen. */
  get options(): ParsedAppOptions {
    return this.#options;
  }

  /**
   * Maps a path to a component.
   *
   * @param path `/chat`, `/room/:name`, `/files/*`
   * @param component the same object serves every connection of the route
   * @param allowedOrigins origins whose pages may connect: `"example.com"`, `"*.example.com"`,
   *   `"https://example.com:8443"`, a RegExp, or `"*"` for any. Default: the route's `httpHost`.
   * @param options see docs/reference/options.md
   * @throws WindlassError `ERR_ROUTE_PATTERN_INVALID`, `ERR_ROUTE_DUPLICATE`, `ERR_OPTION_INVALID`,
   *   `ERR_ORIGIN_RULE_INVALID`, `ERR_COMPONENT_INVALID`, `ERR_APP_STATE`
   */
  route<Data = unknown>(
    path: string,
    component: Component<Data>,
    allowedOrigins: readonly OriginRule[] = [],
    options: RouteOptions = {},
  ): Route<Data> {
    this.#mustDeclare("route()");
    return declareRoute(
      { path, component, allowedOrigins, options, httpHost: this.#listen.httpHost },
      this.#composition,
      () => this.#transport,
    );
  }

  /**
   * Declares what is kept of the topics of a pattern, and what becomes of publications for connections
   * that read too slowly. Topics need no declaration otherwise. The first pattern that fits counts.
   *
   * @param pattern `news`, `room/:name`, `news/*`
   * @param options see docs/reference/options.md
   * @throws WindlassError `ERR_OPTION_INVALID`, `ERR_APP_STATE`
   */
  topic(pattern: string, options: TopicOptions): void {
    this.#mustDeclare("topic()");
    this.#composition.topics.declare(pattern, options);
  }

  /**
   * Publishes to the connections that subscribed to `topic`, on every route and every node. Resolves when
   * the broker has taken responsibility; without a broker and without history, the connections of this
   * process have it when this returns. A failure that nobody awaits is logged.
   *
   * @throws WindlassError (as a rejection) `ERR_TOPIC_INVALID`, `ERR_SEND_DATA_INVALID`,
   *   `ERR_OPTION_INVALID`, `ERR_BROKER_UNAVAILABLE`, `ERR_APP_STATE`
   */
  publish(topic: string, data: Sendable, options?: PublishOptions): Promise<PublishResult> {
    return this.#composition.topics.publish(topic, data, options);
  }

  /**
   * What is kept of a topic that was declared with a history.
   *
   * @throws WindlassError (as a rejection) `ERR_TOPIC_INVALID`, `ERR_BROKER_UNAVAILABLE`
   */
  history(topic: string, query?: HistoryQuery): Promise<HistoryPage> {
    return this.#composition.topics.history(topic, query);
  }

  /** Users who are connected, on all nodes: those whom `authenticate` of a route, or of a protocol, knew. */
  get users(): Users {
    return this.#composition.users.users;
  }

  /** The topics of all nodes; `undefined` on an app without a broker, which is alone. */
  get topics(): Topics | undefined {
    return this.#options.broker === undefined ? undefined : this.#composition.topics.hub;
  }

  /** What this node is doing now. */
  info(): AppInfo {
    const { nodeId, sockets, topics } = this.#composition;
    const connections = sockets.entries.reduce(
      (sum, { route }) => sum + route.dispatcher.connections.size,
      0,
    );
    return { nodeId, version, connections, topics: topics.hub.topicCount };
  }

  /** Who is present on topics, over all nodes. */
  get presence(): AppPresence {
    return this.#composition.presence;
  }

  /**
   * Answers plain HTTP requests on the same port with a Fetch-style handler, such as a Hono app's `fetch`.
   *
   * @throws WindlassError `ERR_ROUTE_PATTERN_INVALID`, `ERR_ROUTE_DUPLICATE`, `ERR_OPTION_INVALID`,
   *   `ERR_APP_STATE`
   */
  http(path: string, handler: FetchHandler, options: HttpOptions = {}): void {
    this.#mustDeclare("http()");
    if (typeof handler !== "function") {
      throw new WindlassError("ERR_OPTION_INVALID", {
        option: `handler of http route "${path}"`,
        problem: `expected a function (request) => Response; seen ${typeof handler}`,
      });
    }
    const parsed = parseOptions(httpOptionsSchema, options, `options of http route "${path}"`);
    const hosts = hostList(parsed.httpHost ?? this.#listen.httpHost);
    const { maxBodyBytes } = parsed;
    const route = { pattern: path, handler, maxBodyBytes, guard: this.#composition.addressGuard };
    this.#composition.fetch.add({ pattern: path, hosts, route });
  }

  /**
   * Starts to listen and resolves with the bound address.
   *
   * @throws WindlassError (as a rejection) `ERR_ADDRESS_IN_USE`, `ERR_ADDRESS_NOT_AVAILABLE`,
   *   `ERR_ADDRESS_ACCESS_DENIED`, `ERR_LISTEN_FAILED`, `ERR_TLS_INVALID`,
   *   `ERR_NATIVE_TRANSPORT_MISSING`, `ERR_APP_STATE`
   */
  async run(): Promise<BoundAddress> {
    this.#mustDeclare("run()");
    this.#state = "starting";
    const transport = composeTransport(this.#listen, this.#options, this.#composition, this.#log);
    try {
      await this.#composition.topics.open(this.#composition.nodeId);
      await this.#composition.presence.open(this.#composition.nodeId);
      await this.#composition.users.open();
      const bound = await transport.listen();
      this.#transport = transport;
      this.#state = "running";
      const routes = this.#composition.sockets.entries.map((entry) => entry.pattern);
      const httpRoutes = this.#composition.fetch.entries.map((entry) => entry.pattern);
      this.#log.info({ ...bound, routes, httpRoutes }, "listening");
      return bound;
    } catch (error) {
      this.#state = "declaring";
      throw error;
    }
  }

  /**
   * Stops accepting, closes every connection with 1001, waits for callbacks that are still running
   * and resolves; at the latest after `graceMs` milliseconds (default 10,000). Calling it again
   * gives the same promise.
   *
   * @throws WindlassError (as a rejection) `ERR_OPTION_INVALID`, `ERR_APP_STATE` while `run()` is starting
   */
  close(options: CloseOptions = {}): Promise<void> {
    try {
      const { graceMs } = parseOptions(closeOptionsSchema, options, "options of close()");
      if (this.#state === "starting") this.#mustDeclare("close()");
      this.#closing ??= this.#close(graceMs);
      return this.#closing;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async #close(graceMs: number): Promise<void> {
    this.#state = "closing";
    this.#log.info({ graceMs }, "closing");
    const deadline = performance.now() + graceMs;
    await this.#transport?.close({ graceMs });
    const { presence, topics, users } = this.#composition;
    // In this order: connections leave while the broker is there.
    const parts = {
      users: () => users.close(),
      presence: () => presence.close(),
      broker: () => topics.hub.close(),
    };
    await closeParts(parts, deadline, this.#log);
    this.#state = "closed";
    this.#log.info({}, "closed");
  }

  #mustDeclare(call: string): void {
    if (this.#state === "declaring") return;
    const advice =
      this.#state === "starting"
        ? "await run() first"
        : "declare everything before run(), or make a new App";
    throw new WindlassError("ERR_APP_STATE", { call, state: this.#state, advice });
  }
}

/** JSON lines on standard output, written at once: the last ones before an exit are not lost. */
function createLogger(level: ParsedAppOptions["logLevel"]): Logger {
  return pino({ level }, destination({ dest: 1, sync: true }));
}
