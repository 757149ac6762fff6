import type { Adapter, ControlVerdict, Envelope, MessageFormat } from "../contract/adapter.ts";
import { BenchError } from "../contract/bench-error.ts";
import { withTopic } from "./target-url.ts";

/** Where Socket.IO listens unless it was told otherwise. */
const defaultPath = "/socket.io/";

/** Packet types of Engine.IO 4 and, behind `4`, of Socket.IO 5. */
const packet = {
  open: "0",
  ping: "2",
  pong: "3",
  noop: "6",
  connect: "40",
  event: "42",
  connectError: "44",
  binaryEvent: "451-",
} as const;

/**
 * Socket.IO 3 and 4 over WebSocket alone, without the polling that its client begins with. Requests
 * and replies are events called `message`. Payloads are letters and digits, so JSON needs no escapes.
 *
 * @param namespace such as `/` or `/chat`; `{topic}` in it stands for the topic's number
 */
export function socketIoAdapter(namespace: string): Adapter {
  const prefixOf = (topic: number): string =>
    namespace === "/" ? "" : `${withTopic(namespace, topic)},`;
  return {
    name: namespace === "/" ? "socket.io" : `socket.io${namespace}`,
    target: socketIoTarget,
    greeting: (_role, topic) => [`${packet.connect}${prefixOf(topic)}`],
    control: socketIoControl,
    request: (format, topic) => envelopes(format, prefixOf(topic)),
    reply: (format, topic) => reply(format, prefixOf(topic)),
  };
}

function socketIoTarget(url: URL, topic: number): string {
  const path = url.pathname === "/" ? defaultPath : withTopic(url.pathname, topic);
  const query = new URLSearchParams(withTopic(url.search, topic));
  query.set("EIO", "4");
  query.set("transport", "websocket");
  return `${path}?${query}`;
}

function envelopes(format: MessageFormat, prefix: string): readonly Envelope[] {
  if (format === "text") return [reply(format, prefix)];
  // A binary payload follows its event, in which a placeholder marks its place.
  const event = `${packet.binaryEvent}${prefix}["message",{"_placeholder":true,"num":0}]`;
  const announcement = { format: "text", before: event, after: "", holdsPayload: false } as const;
  return [announcement, reply(format, prefix)];
}

function reply(format: MessageFormat, prefix: string): Envelope {
  if (format === "binary") return { format, before: "", after: "", holdsPayload: true };
  const before = `${packet.event}${prefix}["message","`;
  return { format, before, after: '"]', holdsPayload: true };
}

/** @throws BenchError when the server does not let the client into the namespace */
function socketIoControl(message: Buffer, format: MessageFormat): ControlVerdict | undefined {
  const text = message.toString("utf8");
  if (format === "binary") return undefined;
  if (text === packet.ping) return { kind: "answer", text: packet.pong };
  if (text.startsWith(packet.connectError)) {
    const reason = text.slice(packet.connectError.length);
    throw new BenchError(
      `Socket.IO refused the connection: ${reason}. The namespace is what follows "socket.io" in the name of the adapter.`,
    );
  }
  if (text.startsWith(packet.connect)) return { kind: "ready" };
  const isExpected = [packet.open, packet.noop, packet.binaryEvent].some((type) =>
    text.startsWith(type),
  );
  return isExpected ? { kind: "ignore" } : undefined;
}
