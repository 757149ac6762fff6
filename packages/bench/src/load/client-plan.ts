import { isIP } from "node:net";
import type { Adapter, ClientRole } from "../contract/adapter.ts";
import type { BenchSettings } from "../contract/settings.ts";
import type { WorkerShare } from "../contract/worker-messages.ts";
import { encodeClientFrame, Opcode } from "../wire/client-frame.ts";
import { HandshakeRequest, sentOrigin } from "../wire/handshake-request.ts";
import { SpareBuffers } from "../wire/spare-buffers.ts";
import { PayloadPool } from "./payload-pool.ts";
import { ReplyReader } from "./reply-reader.ts";
import type { SocketTarget } from "./socket.ts";

/** What all clients of a worker share. */
export interface ClientPlan {
  readonly adapter: Adapter;
  readonly target: SocketTarget;
  readonly spareBuffers: SpareBuffers;
  /** Longest message a server may send. */
  readonly maxMessageBytes: number;
  readonly connectTimeoutMs: number;
  readonly subprotocols: readonly string[];
  readonly offersExtensions: boolean;
  /** The Origin header as it is sent. */
  readonly origin: string | undefined;
  /** Whether payloads begin with the number of their publisher (several publishers to a topic). */
  readonly namesPublisher: boolean;
  request(topic: number): HandshakeRequest;
  /** Frames to send right after the handshake; empty when there are none. */
  greeting(role: ClientRole, topic: number): Buffer;
  /** Undefined in scenarios that send no messages. */
  replyReader(topic: number): ReplyReader | undefined;
  /** The messages to send to a topic. `publisher`: number within the topic, when `namesPublisher`. */
  pool(topic: number, publisher?: number): PayloadPool;
}

/** Of one read: as much as loopback sockets give at a time, little enough to stay in the cache. */
const READ_BYTES = 65_536;
const MIN_MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
/** All pools of a worker, unless they need more. */
const POOLS_BYTES = 64 * 1024 * 1024;
const POOL_BYTES = 8 * 1024 * 1024;
/** Open loop: how long a server may stall before due messages cannot be sent any more. */
const STALL_SECONDS = 2;

export function createClientPlan(share: WorkerShare, adapter: Adapter): ClientPlan {
  return new SharedPlan(share, adapter);
}

class SharedPlan implements ClientPlan {
  readonly adapter: Adapter;
  readonly target: SocketTarget;
  readonly spareBuffers = new SpareBuffers();
  readonly maxMessageBytes: number;
  readonly connectTimeoutMs: number;
  readonly subprotocols: readonly string[];
  readonly offersExtensions: boolean;
  readonly origin: string | undefined;
  readonly namesPublisher: boolean;
  readonly #url: URL;
  readonly #settings: BenchSettings;
  readonly #requests = new Map<string, HandshakeRequest>();
  readonly #greetings = new Map<string, Buffer>();
  readonly #readers = new Map<number, ReplyReader>();
  readonly #pools = new Map<string, PayloadPool>();

  constructor(share: WorkerShare, adapter: Adapter) {
    const { settings } = share;
    const url = new URL(settings.url);
    this.adapter = adapter;
    this.#url = url;
    this.#settings = settings;
    this.target = socketTarget(url, share);
    this.connectTimeoutMs = settings.connectTimeoutMs;
    this.subprotocols = settings.subprotocols;
    this.offersExtensions = settings.handshake === "browser";
    this.origin = sentOrigin(url, { origin: settings.origin, style: settings.handshake });
    this.namesPublisher =
      settings.scenario === "broadcast" && settings.publishers > settings.topics;
    const messageBytes = "messageBytes" in settings ? settings.messageBytes : 0;
    this.maxMessageBytes = Math.max(MIN_MAX_MESSAGE_BYTES, 2 * messageBytes);
  }

  request(topic: number): HandshakeRequest {
    const url = this.#url;
    const target = this.adapter.target?.(url, topic) ?? url.pathname + url.search;
    return remember(this.#requests, target, () => {
      const { origin, headers, handshake: style, subprotocols } = this.#settings;
      return new HandshakeRequest({ url, target, origin, headers, style, subprotocols });
    });
  }

  greeting(role: ClientRole, topic: number): Buffer {
    return remember(this.#greetings, `${role} ${topic}`, () => {
      const texts = this.adapter.greeting?.(role, topic) ?? [];
      return Buffer.concat(texts.map((text) => encodeClientFrame(Opcode.Text, Buffer.from(text))));
    });
  }

  replyReader(topic: number): ReplyReader | undefined {
    const settings = this.#settings;
    if (!("messageBytes" in settings)) return undefined;
    return remember(this.#readers, topic, () => {
      const envelope = this.adapter.reply(settings.format, topic);
      const pool = this.pool(topic, 0);
      const { locate } = this.adapter;
      return new ReplyReader({ envelope, locate, pool, namesPublisher: this.namesPublisher });
    });
  }

  pool(topic: number, publisher = 0): PayloadPool {
    const settings = this.#settings;
    if (!("messageBytes" in settings)) {
      throw new Error(`The scenario ${settings.scenario} sends no messages.`);
    }
    const { messageBytes, format } = settings;
    const request = this.adapter.request(format, topic);
    const named = this.namesPublisher ? { publisher } : {};
    // Topics that look alike on the wire share a pool.
    return remember(this.#pools, JSON.stringify([request, named]), () => {
      const minimum = inFlight(settings);
      const budgetBytes = poolBudget(settings);
      return new PayloadPool({ messageBytes, format, minimum, request, budgetBytes, ...named });
    });
  }
}

type LoadedSettings = Extract<BenchSettings, { messageBytes: number }>;

/** Of one sender. Open loop: what a server that stalls for two seconds leaves unanswered. */
function inFlight(settings: LoadedSettings): number {
  if (settings.inFlight !== undefined) return settings.inFlight;
  const senders = settings.scenario === "broadcast" ? settings.publishers : settings.connections;
  const stalled = Math.ceil((STALL_SECONDS * (settings.rate ?? 0)) / Math.max(1, senders));
  return Math.min(Math.max(stalled, 16), 8192, shortMessageLimit(settings));
}

/** Messages too short for three digits can be told apart only in smaller numbers. */
function shortMessageLimit({ messageBytes }: LoadedSettings): number {
  return messageBytes >= 3 ? Number.POSITIVE_INFINITY : 8 * 32 ** (messageBytes - 1);
}

/** The same in every worker: pool sizes are part of what the numbers in replies mean. */
function poolBudget(settings: LoadedSettings): number {
  const pools = settings.scenario === "broadcast" ? settings.publishers : 1;
  return Math.min(POOL_BYTES, POOLS_BYTES / Math.max(1, pools));
}

function socketTarget(url: URL, share: WorkerShare): SocketTarget {
  const isSecure = url.protocol === "wss:";
  // The URL keeps the brackets of an IPv6 address.
  const hostname = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const servername = isIP(hostname) === 0 ? { servername: hostname } : {};
  return {
    host: share.address ?? hostname,
    port: url.port === "" ? (isSecure ? 443 : 80) : Number(url.port),
    readBuffer: Buffer.allocUnsafeSlow(READ_BYTES),
    tls: isSecure ? { rejectUnauthorized: !share.settings.insecure, ...servername } : undefined,
  };
}

function remember<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = make();
  map.set(key, value);
  return value;
}
