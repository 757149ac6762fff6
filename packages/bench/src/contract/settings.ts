import type { MessageFormat } from "./adapter.ts";

/** What every scenario has. */
export interface CommonSettings {
  /** `ws:` or `wss:`. */
  readonly url: string;
  /** Sent as the Origin header. Default: none. */
  readonly origin?: string;
  /** More handshake headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** `minimal`: what RFC 6455 asks for; `browser`: the twelve headers that Chromium sends. */
  readonly handshake: "minimal" | "browser";
  /** Offered in Sec-WebSocket-Protocol. */
  readonly subprotocols: readonly string[];
  /** `plain`, `socket.io`, or the path of a module that exports `adapter`. */
  readonly adapter: string;
  /** wss: accept any certificate. */
  readonly insecure: boolean;
  readonly iOwnThisServer: boolean;
  /** Connections in all. For broadcast: publishers + subscribers. */
  readonly connections: number;
  /** Handshakes in progress at a time, over all workers. */
  readonly concurrency: number;
  /** Generator processes. */
  readonly workers: number;
  readonly warmupMs: number;
  readonly durationMs: number;
  /** How long to wait for replies still missing after the end. */
  readonly drainMs: number;
  readonly connectTimeoutMs: number;
  readonly pid?: number;
  readonly spawn?: string;
}

/** How messages are made and paced: exactly one of `inFlight` (closed loop) and `rate` (open loop). */
export interface MessageSettings {
  readonly messageBytes: number;
  readonly format: MessageFormat;
  /** Messages awaiting a reply, per connection (per publisher). */
  readonly inFlight?: number;
  /** Messages per second over all connections. */
  readonly rate?: number;
}

export interface ConnectSettings extends CommonSettings {
  readonly scenario: "connect";
  /** How long the connections are held idle before memory is read. */
  readonly holdMs: number;
}

export interface EchoSettings extends CommonSettings, MessageSettings {
  readonly scenario: "echo";
}

export interface BroadcastSettings extends CommonSettings, MessageSettings {
  readonly scenario: "broadcast";
  readonly topics: number;
  /** Over all topics, spread evenly. */
  readonly publishers: number;
  readonly subscribers: number;
  /** Whether the server sends a publication to its publisher as well (it then counts as expected). */
  readonly publisherReceives: boolean;
}

export interface SoakSettings extends CommonSettings, MessageSettings {
  readonly scenario: "soak";
  readonly rate: number;
  readonly intervalMs: number;
}

export interface ReconnectSettings extends CommonSettings {
  readonly scenario: "reconnect";
  readonly storms: number;
  /** Each client waits a random time up to this before it comes back. 0: all at once. */
  readonly jitterMs: number;
  /** Pause between storms, all connected. */
  readonly restMs: number;
}

export type BenchSettings =
  | ConnectSettings
  | EchoSettings
  | BroadcastSettings
  | SoakSettings
  | ReconnectSettings;

export type ScenarioName = BenchSettings["scenario"];
