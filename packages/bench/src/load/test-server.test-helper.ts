import { createHash } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";

/**
 * What the server does with a handshake: a status refuses it, `drop` resets the connection, `hold`
 * leaves it without an answer until `admit`.
 */
type HandshakeAnswer = "accept" | "hold" | "drop" | number;

export interface TestServerOptions {
  /** Default: accepts. `attempt` counts TCP connections with a whole request from 1. */
  readonly handshake?: (attempt: number) => HandshakeAnswer;
  readonly message?: (from: TestConnection, payload: Buffer, server: TestServer) => void;
}

/** The server's end of a connection: RFC 6455 by hand, so that nothing hides a client's mistake. */
export class TestConnection {
  readonly target: string;
  readonly #socket: Socket;
  #unread = Buffer.alloc(0);
  /** Whether the client said that it closes. */
  hasClosed = false;

  constructor(socket: Socket, target: string) {
    this.#socket = socket;
    this.target = target;
  }

  send(payload: Buffer | string): void {
    const bytes = Buffer.from(payload);
    const isShort = bytes.length < 126;
    const head = Buffer.alloc(isShort ? 2 : 4);
    head[0] = 0x81;
    head[1] = isShort ? bytes.length : 126;
    if (!isShort) head.writeUInt16BE(bytes.length, 2);
    this.#socket.write(Buffer.concat([head, bytes]));
  }

  /** Ends the connection with a close frame. */
  close(code: number, reason: string): void {
    const body = Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]);
    this.#socket.end(Buffer.concat([Buffer.from([0x88, body.length]), body]));
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Takes bytes and gives the payloads of whole text and binary messages back. */
  read(chunk: Buffer): Buffer[] {
    let unread = Buffer.concat([this.#unread, chunk]);
    const payloads: Buffer[] = [];
    for (let frame = parse(unread); frame !== undefined; frame = parse(unread)) {
      unread = unread.subarray(frame.end);
      if (frame.opcode === 8) {
        this.hasClosed = true;
        this.#socket.end(Buffer.from([0x88, 0]));
      }
      if (frame.opcode === 1 || frame.opcode === 2) payloads.push(frame.payload);
    }
    this.#unread = unread;
    return payloads;
  }
}

interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
  readonly end: number;
}

function parse(bytes: Buffer): Frame | undefined {
  if (bytes.length < 2) return undefined;
  const [first = 0, second = 0] = bytes;
  if ((second & 0x80) === 0) throw new Error("A client sent a frame without a mask.");
  const short = second & 0x7f;
  if (short === 127) throw new Error("A client sent more than 64 KiB: too much for these tests.");
  const mask = short === 126 ? 4 : 2;
  if (bytes.length < mask + 4) return undefined;
  const start = mask + 4;
  const end = start + (mask === 2 ? short : bytes.readUInt16BE(2));
  if (bytes.length < end) return undefined;
  const payload = Buffer.from(bytes.subarray(start, end));
  payload.forEach((byte, index) => {
    payload[index] = byte ^ (bytes[mask + (index & 3)] ?? 0);
  });
  return { opcode: first & 0x0f, payload, end };
}

/** A WebSocket server on a free port of 127.0.0.1 that does what a test tells it to. */
export class TestServer {
  readonly connections: Set<TestConnection> = new Set();
  /** Handshake requests seen. */
  attempts = 0;
  /** Connections that clients ended in order. */
  closeFrames = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #held: (() => void)[] = [];
  readonly #options: TestServerOptions;
  #onDisconnect: () => void = () => {};

  private constructor(options: TestServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  static async listen(options: TestServerOptions = {}): Promise<TestServer> {
    const server = new TestServer(options);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("No port.");
    return `ws://127.0.0.1:${address.port}/`;
  }

  /** Resolves when a connection is gone on this side. */
  nextDisconnect(): Promise<void> {
    return new Promise((resolve) => {
      this.#onDisconnect = resolve;
    });
  }

  /** Accepts all handshakes on hold and tells how many there were. */
  admit(): number {
    const held = this.#held;
    this.#held = [];
    for (const accept of held) accept();
    return held.length;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    let head = Buffer.alloc(0);
    let connection: TestConnection | undefined;
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.#sockets.delete(socket);
      if (connection === undefined) return;
      this.connections.delete(connection);
      this.#onDisconnect();
    });
    socket.on("data", (chunk) => {
      if (connection !== undefined) return this.#read(connection, chunk);
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return undefined;
      connection = this.#shakeHands(socket, head.toString("latin1", 0, end));
      if (connection !== undefined) this.#read(connection, head.subarray(end + 4));
      return undefined;
    });
  }

  #shakeHands(socket: Socket, head: string): TestConnection | undefined {
    this.attempts += 1;
    const answer = this.#options.handshake?.(this.attempts) ?? "accept";
    if (answer === "drop") {
      socket.resetAndDestroy();
      return undefined;
    }
    if (typeof answer === "number") {
      socket.end(`HTTP/1.1 ${answer} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
      return undefined;
    }
    const connection = new TestConnection(socket, head.split(" ")[1] ?? "");
    const accept = (): void => {
      socket.write(acceptance(head));
      this.connections.add(connection);
    };
    if (answer === "accept") accept();
    else this.#held.push(accept);
    return connection;
  }

  #read(connection: TestConnection, chunk: Buffer): void {
    for (const payload of connection.read(chunk)) {
      this.#options.message?.(connection, payload, this);
    }
    if (connection.hasClosed) this.closeFrames += 1;
  }
}

function acceptance(head: string): string {
  const key = /^sec-websocket-key: *(.+)$/im.exec(head)?.[1] ?? "";
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  return [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${accept.digest("base64")}`,
    "\r\n",
  ].join("\r\n");
}
