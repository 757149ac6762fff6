import { createHash } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { closePayload, decodeFrame, encodeFrame, Opcode } from "../support/frames.ts";

/** A message of a client. */
export interface Received {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** What is wrong with a server; without anything it is a healthy echo. */
export interface Behaviour {
  /** The answer to a handshake in place of 101; empty: none at all. Default: 101. */
  readonly handshake?: string;
  /**
   * The messages to send for those of one read, in this order. `number` counts the messages of all
   * connections from 1, up to the first of `messages`. Default: the same messages.
   */
  readonly replies?: (messages: readonly Received[], number: number) => readonly Received[];
  /** Message after which the server closes a connection with 1011: a test of its number. */
  readonly closes?: (number: number) => boolean;
  /** The message at which the server stands still once, for `stallMs`. */
  readonly stallsAt?: number;
  readonly stallMs?: number;
  /** Default: 127.0.0.1. */
  readonly address?: string;
}

const acceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** A WebSocket server by hand (RFC 6455) that does wrong what a test tells it to. Ends with the test. */
export class MisbehavingServer {
  /** TCP connections so far. */
  connections = 0;
  /** Messages so far. */
  received = 0;
  readonly #behaviour: Behaviour;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #standstill: Promise<void> | undefined;

  private constructor(behaviour: Behaviour) {
    this.#behaviour = behaviour;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  static async start(behaviour: Behaviour = {}): Promise<MisbehavingServer> {
    const server = new MisbehavingServer(behaviour);
    const { address = "127.0.0.1" } = behaviour;
    await new Promise<void>((resolve) => server.#server.listen(0, address, 1_024, resolve));
    onTestFinished(() => server.#close());
    return server;
  }

  get port(): number {
    const address = this.#server.address();
    if (typeof address !== "object" || address === null) throw new Error("no port was bound");
    return address.port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/echo`;
  }

  async #close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    // Clients may well drop a connection.
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#sockets.delete(socket));
    let unread: Buffer = Buffer.alloc(0);
    let isOpen = false;
    socket.on("data", (chunk) => {
      unread = Buffer.concat([unread, chunk]);
      if (!isOpen) {
        const end = unread.indexOf("\r\n\r\n");
        if (end < 0) return;
        isOpen = true;
        this.#answerHandshake(socket, unread.toString("latin1", 0, end));
        unread = unread.subarray(end + 4);
      }
      const { messages, rest } = readMessages(unread, socket);
      unread = rest;
      if (messages.length > 0) this.#answer(socket, messages);
    });
  }

  #answerHandshake(socket: Socket, head: string): void {
    const { handshake } = this.#behaviour;
    if (handshake === "") return;
    if (handshake !== undefined) {
      socket.end(handshake);
      return;
    }
    const [, key = ""] = /^sec-websocket-key: *(\S+)/im.exec(head) ?? [];
    const accept = createHash("sha1").update(`${key}${acceptSuffix}`).digest("base64");
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
  }

  #answer(socket: Socket, messages: readonly Received[]): void {
    const { replies, closes, stallsAt = 0, stallMs = 0 } = this.#behaviour;
    const first = this.received + 1;
    this.received += messages.length;
    if (first <= stallsAt && stallsAt <= this.received) {
      this.#standstill = new Promise((resolve) => setTimeout(resolve, stallMs));
      void this.#standstill.then(() => {
        this.#standstill = undefined;
      });
    }
    const sent = replies?.(messages, first) ?? messages;
    const frames = sent.map(({ opcode, payload }) =>
      encodeFrame(opcode, payload, { masked: false }),
    );
    if (messages.some((_, index) => closes?.(first + index) === true)) {
      frames.push(encodeFrame(Opcode.Close, closePayload(1011, "told to"), { masked: false }));
    }
    const write = (): void => void (socket.writable && socket.write(Buffer.concat(frames)));
    if (this.#standstill === undefined) write();
    else void this.#standstill.then(write);
  }
}

/** Whole messages; answers a close frame on the way. */
function readMessages(bytes: Buffer, socket: Socket): { messages: Received[]; rest: Buffer } {
  const messages: Received[] = [];
  let rest = bytes;
  for (let next = decodeMasked(rest); next !== undefined; next = decodeMasked(rest)) {
    rest = rest.subarray(next.size);
    if (next.message.opcode === Opcode.Close)
      socket.end(encodeFrame(Opcode.Close, "", { masked: false }));
    else messages.push(next.message);
  }
  return { messages, rest };
}

/** decodeFrame() reads frames of servers; those of clients have a mask between header and payload. */
function decodeMasked(bytes: Buffer): { message: Received; size: number } | undefined {
  const [first, second = 0] = bytes;
  if (first === undefined || bytes.length < 2) return undefined;
  const maskAt = { 126: 4, 127: 10 }[second & 0x7f] ?? 2;
  if (bytes.length < maskAt + 4) return undefined;
  const mask = bytes.subarray(maskAt, maskAt + 4);
  const unmasked = Buffer.concat([bytes.subarray(0, maskAt), bytes.subarray(maskAt + 4)]);
  const decoded = decodeFrame(unmasked);
  if (decoded === undefined) return undefined;
  const { opcode, payload } = decoded.frame;
  const plain = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return { message: { opcode, payload: Buffer.from(plain) }, size: decoded.size + 4 };
}
