import { isIP } from "node:net";
import type { Adapter, ClientRole } from "../contract/adapter.ts";
import type { WorkerShare } from "../contract/worker-messages.ts";
import { encodeClientFrame, Opcode } from "../wire/client-frame.ts";
import { HandshakeRequest, sentOrigin } from "../wire/handshake-request.ts";
import { SpareBuffers } from "../wire/spare-buffers.ts";
import type { ReplyReader } from "./payload/reply-reader.ts";
import { remember } from "./remember.ts";
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
  request(topic: number): HandshakeRequest;
  /** Frames to send right after the handshake; empty when there are none. */
  greeting(role: ClientRole, topic: number): Buffer;
  /** Undefined where no messages are sent. */
  readonly replyReader: ((topic: number) => ReplyReader) | undefined;
}

/** Of one read: as much as loopback sockets give at a time, little enough to stay in the cache. */
const READ_BYTES = 65_536;
const MIN_MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

export function createClientPlan(
  share: WorkerShare,
  adapter: Adapter,
  replyReader?: ClientPlan["replyReader"],
): ClientPlan {
  const { settings } = share;
  const { origin, headers, handshake: style, subprotocols } = settings;
  const url = new URL(settings.url);
  const requests = new Map<string, HandshakeRequest>();
  const greetings = new Map<string, Buffer>();
  const messageBytes = "messageBytes" in settings ? settings.messageBytes : 0;
  return {
    adapter,
    target: socketTarget(url, share),
    spareBuffers: new SpareBuffers(),
    maxMessageBytes: Math.max(MIN_MAX_MESSAGE_BYTES, 2 * messageBytes),
    connectTimeoutMs: settings.connectTimeoutMs,
    subprotocols,
    offersExtensions: style === "browser",
    origin: sentOrigin(url, { origin, style }),
    replyReader,
    request(topic) {
      const target = adapter.target?.(url, topic) ?? url.pathname + url.search;
      const options = { url, target, origin, headers, style, subprotocols };
      return remember(requests, target, () => new HandshakeRequest(options));
    },
    greeting: (role, topic) =>
      remember(greetings, `${role} ${topic}`, () => {
        const texts = adapter.greeting?.(role, topic) ?? [];
        const frames = texts.map((text) => encodeClientFrame(Opcode.Text, Buffer.from(text)));
        return Buffer.concat(frames);
      }),
  };
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
