import {
  type ClientOptions,
  connect,
  type ProtocolClient,
  type RequestHandlers,
  type SocketConstructor,
} from "@windlass/client";
import { check, equal } from "./assert.ts";
import { SocketWatch } from "./socket-watch.ts";
import { remoteStage, type Stage } from "./stage-commands.ts";
import { type StageProtocol, stageProtocol } from "./stage-protocol.ts";
import { StateLog } from "./state-log.ts";

/** A test that runs in Node and in browsers alike. */
export interface ClientCase {
  /** What the client does, as the end of a sentence that begins with it. */
  readonly name: string;
  readonly run: (context: CaseContext) => Promise<void>;
  /** How long it may take. Default: {@link defaultTimeoutMs}. */
  readonly timeoutMs?: number;
}

/** Far more than a case takes on a machine that is not busy. */
export const defaultTimeoutMs = 20_000;

/** Which case is to run, and where. Travels as JSON. */
export interface CaseOrder {
  readonly name: string;
  readonly controlUrl: string;
  /** `ws://127.0.0.1:40001`, the proxy before the server. */
  readonly serverUrl: string;
  readonly isLong: boolean;
}

/** What every runtime does in its own way. */
export interface CaseEnvironment {
  readonly WebSocket: SocketConstructor;
  collectGarbage(): Promise<void>;
}

/** How a case ended. Travels as JSON. */
export interface CaseResult {
  readonly name: string;
  readonly passed: boolean;
  readonly error: string | null;
  /** What was measured on the way. */
  readonly figures: Readonly<Record<string, number>>;
}

/** A client and what a case can see of it. */
export interface WatchedClient {
  readonly client: ProtocolClient<StageProtocol>;
  readonly states: StateLog;
  readonly sockets: SocketWatch;
  /** What came to `onError()`. */
  readonly errors: readonly (Error & { readonly code?: string })[];
}

/** Options of {@link CaseContext.connect}. */
export interface CaseClientOptions extends ClientOptions {
  readonly path?: string;
  readonly handlers?: Partial<RequestHandlers<StageProtocol>>;
}

const dayMs = 86_400_000;

const defaultHandlers: RequestHandlers<StageProtocol> = {
  triple: ({ n }) => 3 * n,
  hold: () => new Promise<null>(() => {}),
  nextMoment: ({ at, total }) => ({ at: new Date(at.getTime() + dayMs), total: total + 1n }),
};

/** What a case works with. */
export class CaseContext {
  readonly stage: Stage;
  readonly figures: Record<string, number> = {};
  readonly isLong: boolean;
  readonly #order: CaseOrder;
  readonly #environment: CaseEnvironment;
  readonly #watches: SocketWatch[] = [];
  readonly #endings: (() => void)[] = [];
  readonly #tracked: WeakRef<object>[] = [];
  /** What the case does now; for the report of one that does not end. */
  step = "it began";

  constructor(order: CaseOrder, environment: CaseEnvironment) {
    this.stage = remoteStage(order.controlUrl);
    this.isLong = order.isLong;
    this.#order = order;
    this.#environment = environment;
  }

  /** The address of a route of the stage. */
  url(path: string): string {
    return `${this.#order.serverUrl}${path}`;
  }

  /** A class of sockets for one client, which must never have two live ones at a time. */
  watchSockets(): SocketWatch {
    const watch = new SocketWatch(this.#environment.WebSocket);
    this.#watches.push(watch);
    return watch;
  }

  /** Has something done when the case is over. */
  atEnd(action: () => void): void {
    this.#endings.push(action);
  }

  /** A client that comes back fast, closed with the case. */
  connect({ path = "/stage", handlers, ...options }: CaseClientOptions = {}): WatchedClient {
    const sockets = this.watchSockets();
    const client = connect(stageProtocol, this.url(path), {
      reconnect: { minDelayMs: 10, maxDelayMs: 50 },
      WebSocket: sockets.WebSocket,
      ...options,
      handlers: { ...defaultHandlers, ...handlers },
    });
    const errors: Error[] = [];
    client.onError((error) => errors.push(error));
    this.atEnd(() => client.close());
    return { client, states: new StateLog(client), sockets, errors };
  }

  /** As {@link connect}, once it is open. */
  async open(options: CaseClientOptions = {}): Promise<WatchedClient> {
    const watched = this.connect(options);
    await watched.client.opened();
    return watched;
  }

  /** Remembers objects that nobody may hold any more when {@link leftovers} is called. */
  track<Value extends object>(object: Value): Value {
    this.#tracked.push(new WeakRef(object));
    return object;
  }

  /** How many tracked objects are still held, here and on the stage. */
  async leftovers(): Promise<{ readonly client: number; readonly server: number }> {
    await this.#environment.collectGarbage();
    const held = this.#tracked.filter((reference) => reference.deref() !== undefined);
    return { client: held.length, server: await this.stage.leftovers() };
  }

  /** What holds after every case: no client had two sockets at a time, and none leaves one behind. */
  async finish(): Promise<void> {
    for (const end of this.#endings) end();
    this.step = "all clients were closed, and their sockets should go";
    await this.stage.link({ do: "resume" });
    await this.stage.until({ sockets: 0, connections: 0 });
    for (const { maxAlive, alive } of this.#watches) {
      check(maxAlive <= 1, `a client had ${maxAlive} live sockets at a time`);
      equal(alive, 0, "live sockets of closed clients");
    }
  }
}
