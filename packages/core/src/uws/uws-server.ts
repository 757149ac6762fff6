import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type Clock, systemClock } from "../contract/clock.ts";
import { Disconnects } from "../contract/disconnects.ts";
import type { Logger } from "../contract/logger.ts";
import type { Sendable } from "../contract/message.ts";
import type { Router } from "../contract/router.ts";
import type { DeliveryOptions } from "../contract/topic-publisher.ts";
import type { BoundAddress, FetchRoute, SocketRoute, Transport } from "../contract/transport.ts";
import { createBehavior } from "./behavior.ts";
import { containRequest } from "./contain-request.ts";
import { DeferredEvents } from "./deferred-events.ts";
import { FetchServer } from "./fetch-server.ts";
import { HttpEntry, type ServeFetch } from "./http-entry.ts";
import { createKeptShapes } from "./kept-shapes.ts";
import { isUnixPath, type Listening, listen } from "./listen.ts";
import { loadNative, type Native, type NativeApp, type NativeUpgrade } from "./native.ts";
import { RequestReader } from "./read-request.ts";
import { RefusalLog, type RefusalLogLimits } from "./refusal-log.ts";
import { RouteRuntime } from "./route-runtime.ts";
import { createNativeApp, type TlsOptions } from "./tls.ts";
import { deliver } from "./topic-delivery.ts";
import { type HandshakeLimits, Upgrader } from "./upgrade.ts";

/** Everything a server is made of, finished and validated. */
export interface UwsServerOptions extends HandshakeLimits {
  /** Unique over all nodes and restarts; ids of connections begin with it. */
  readonly nodeId: string;
  readonly address: string;
  readonly port: number;
  /** Host that clients use, for the URL that is shown; `""` shows the address. */
  readonly publicHost: string;
  readonly unixSocketMode: number;
  readonly tls?: TlsOptions;
  readonly sockets: Router<SocketRoute>;
  readonly fetch: Router<FetchRoute>;
  readonly isTrustedProxy: (ip: string) => boolean;
  /** Must not throw; see `neverThrowing`. */
  readonly log: Logger;
  readonly refusalLog: RefusalLogLimits;
  readonly clock?: Clock;
}

/** How often connections with a backlog are looked at while the server closes. */
const closePollMs = 20;
/** How long clients have for reading our close frame before what is left is cut. */
const lingerMs = 1_000;

/** The transport on uWebSockets.js. */
export class UwsServer implements Transport {
  readonly #options: UwsServerOptions;
  readonly #clock: Clock;
  readonly #deferred: DeferredEvents | undefined;
  readonly #runtimes = new Map<SocketRoute, RouteRuntime>();
  readonly #keptShapes: object[] = [];
  readonly #upgrader: Upgrader;
  readonly #entry: HttpEntry;
  readonly #fetchServer: FetchServer;
  #native: Native | undefined;
  #app: NativeApp | undefined;
  #listening: Listening | undefined;

  constructor(options: UwsServerOptions) {
    const { sockets, fetch, log, isTrustedProxy, clock = systemClock } = options;
    this.#options = options;
    this.#clock = clock;
    this.#deferred = options.tls === undefined ? undefined : new DeferredEvents();
    const refusals = new RefusalLog(log, options.refusalLog, clock);
    const requests = new RequestReader({ isTls: options.tls !== undefined, isTrustedProxy });
    this.#fetchServer = new FetchServer(log, refusals);
    const serveFetch: ServeFetch = (...exchange) => this.#fetchServer.serve(...exchange);
    const runtimes = this.#runtimes;
    const shared = { requests, refusals };
    this.#upgrader = new Upgrader({ ...options, ...shared, router: sockets, runtimes, clock });
    this.#entry = new HttpEntry({ ...shared, sockets, fetch, serveFetch });
    let serial = 0;
    const nextSerial = (): number => ++serial;
    const deferred = this.#deferred;
    const node = { id: options.nodeId, nextSerial, log, deferred };
    for (const [index, { route }] of sockets.entries.entries()) {
      const runtime = new RouteRuntime(route, node, index);
      this.#runtimes.set(route, runtime);
      this.#keptShapes.push(...createKeptShapes(runtime));
    }
  }

  async listen(): Promise<BoundAddress> {
    const { tls, log, ...options } = this.#options;
    const native = await loadNative();
    const app = await createNativeApp(native, tls);
    for (const { route } of this.#runtimes.values()) {
      const { pattern, policy } = route;
      // Routes of one pattern agree on what the engine is told (the declaration was refused
      // otherwise), so that the last one registered can stand for all.
      const upgrade: NativeUpgrade = (res, req, context) => {
        containRequest(log, res, () => this.#upgrader.upgrade(pattern, res, req, context));
      };
      const behavior = createBehavior(native, policy, upgrade, this.#deferred);
      app.ws(pattern, behavior);
    }
    app.any("/*", (res, req) => containRequest(log, res, () => this.#entry.handle(res, req)));
    const isTls = tls !== undefined;
    try {
      this.#listening = await listen(native, app, { ...options, isTls });
    } catch (error) {
      app.close();
      throw error;
    }
    this.#native = native;
    this.#app = app;
    return this.#listening.bound;
  }

  publish(route: SocketRoute, topic: string, data: Sendable, options?: DeliveryOptions): boolean {
    const runtime = this.#runtimes.get(route);
    if (runtime === undefined || this.#app === undefined) return false;
    return deliver(this.#app, runtime, topic, data, options);
  }

  hasSubscribers(route: SocketRoute, topic: string): boolean {
    const runtime = this.#runtimes.get(route);
    if (runtime === undefined || this.#app === undefined) return false;
    return this.#app.numSubscribers(runtime.nativeTopic(topic)) > 0;
  }

  async close({ graceMs }: { readonly graceMs: number }): Promise<void> {
    if (this.#native === undefined || this.#listening === undefined) return;
    const deadline = this.#clock.now() + graceMs;
    const { address, log } = this.#options;
    this.#native.us_listen_socket_close(this.#listening.socket);
    this.#listening = undefined;
    this.#upgrader.close();
    this.#entry.isClosing = true;
    // At once: later, the file may already be that of a successor.
    if (isUnixPath(address)) {
      await rm(address, { force: true }).catch((error: unknown) => {
        log.warn({ err: error, address }, "the socket file could not be removed");
      });
    }
    await this.#closeConnections(deadline);
    await this.#untilIdle(deadline);
    // Clients read our close frame meanwhile; the timer is all that keeps the process for so long.
    const app = this.#app;
    this.#app = undefined;
    setTimeout(() => app?.close(), Math.min(lingerMs, graceMs));
  }

  /** Closes connections as their buffers empty; at the deadline those that are left. */
  async #closeConnections(deadline: number): Promise<void> {
    while (this.#closeDrained(this.#clock.now() >= deadline) > 0) await sleep(closePollMs);
  }

  /** Closes what has nothing left to send, or everything; returns how many connections are left. */
  #closeDrained(isLate: boolean): number {
    let left = 0;
    for (const { dispatcher } of this.#runtimes.values()) {
      for (const connection of dispatcher.connections) {
        if (isLate || connection.bufferedBytes === 0) connection.close(Disconnects.GoingAway);
        else left += 1;
      }
    }
    return left;
  }

  async #untilIdle(deadline: number): Promise<void> {
    // onClose of a connection we closed is called in a microtask of its own.
    await Promise.resolve();
    const dispatchers = [...this.#runtimes.values()].map(({ dispatcher }) => dispatcher.settled());
    const idle = Promise.all([...dispatchers, this.#fetchServer.settled()]);
    const graceOver = new AbortController();
    const left = Math.max(deadline - this.#clock.now(), 0);
    // A timer that keeps the process: whoever awaits close() shall see it resolve.
    const grace = sleep(left, undefined, { signal: graceOver.signal }).catch(() => undefined);
    await Promise.race([idle, grace]);
    graceOver.abort();
  }
}
