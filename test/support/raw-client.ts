import { connect, type IpcNetConnectOpts, type Socket, type TcpNetConnectOpts } from "node:net";
import { decodeFrame, encodeFrame, type Frame, type FrameOptions, Opcode } from "./frames.ts";

/** An HTTP answer as it was on the wire. */
export interface RawResponse {
  /** The whole status line. */
  readonly statusLine: string;
  readonly status: number;
  /** Names in lower case; the last of a repeated header. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** The key of RFC 6455 section 1.3. */
export const sampleKey = "dGhlIHNhbXBsZSBub25jZQ==";
/** The accept value that belongs to it. */
export const sampleAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/** Changes to the standard handshake; undefined leaves a header out. */
export interface HandshakeOverrides {
  readonly method?: string;
  readonly version?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** The bytes of a valid handshake, or of one that is wrong in one place. */
export function handshakeRequest(path: string, overrides: HandshakeOverrides = {}): string {
  const headers = {
    Host: "localhost",
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": sampleKey,
    "Sec-WebSocket-Version": "13",
    ...overrides.headers,
  };
  const lines = Object.entries(headers)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return `${overrides.method ?? "GET"} ${path} ${overrides.version ?? "HTTP/1.1"}\r\n${lines.join("")}\r\n`;
}

/** A TCP connection on which a test decides every byte. */
export class RawClient {
  readonly socket: Socket;
  #received = Buffer.alloc(0);
  #isEnded = false;
  #error: NodeJS.ErrnoException | undefined;
  readonly #waiting = new Set<() => void>();

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    socket.on("error", (error) => {
      this.#error = error;
    });
    const end = (): void => {
      this.#isEnded = true;
      this.#wake();
    };
    socket.on("end", end);
    socket.on("close", end);
  }

  static async connect(target: number | TcpNetConnectOpts | IpcNetConnectOpts): Promise<RawClient> {
    const options = typeof target === "number" ? { port: target, host: "127.0.0.1" } : target;
    const socket = connect(options);
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    socket.setNoDelay(true);
    return new RawClient(socket);
  }

  /** Connects and shakes hands; fails unless the answer is 101. */
  static async open(
    target: number | TcpNetConnectOpts | IpcNetConnectOpts,
    path: string,
    overrides: HandshakeOverrides = {},
  ): Promise<RawClient> {
    const client = await RawClient.connect(target);
    client.write(handshakeRequest(path, overrides));
    const response = await client.response();
    if (response.status !== 101) throw new Error(`expected 101, got ${response.statusLine}`);
    return client;
  }

  write(bytes: string | Uint8Array): void {
    this.socket.write(bytes);
  }

  writeFrame(opcode: number, payload: string | Uint8Array = "", options: FrameOptions = {}): void {
    this.socket.write(encodeFrame(opcode, payload, options));
  }

  writeText(text: string): void {
    this.writeFrame(Opcode.Text, text);
  }

  /** Whether the server ended the connection, after everything it sent was received. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  get error(): NodeJS.ErrnoException | undefined {
    return this.#error;
  }

  /** What was received and not taken yet. */
  get unread(): Buffer {
    return this.#received;
  }

  /** The next HTTP answer; bodies by Content-Length, or until the end of the connection. */
  async response(): Promise<RawResponse> {
    await this.#until(() => this.#received.includes("\r\n\r\n"));
    const end = this.#received.indexOf("\r\n\r\n");
    const [statusLine = "", ...lines] = this.#received.subarray(0, end).toString().split("\r\n");
    const headers = new Map(
      lines.map((line) => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const status = Number(statusLine.split(" ")[1]);
    this.#received = this.#received.subarray(end + 4);
    if (status === 101) return { statusLine, status, headers, body: "" };
    const length = headers.get("content-length");
    if (length === undefined) await this.ended();
    else await this.#until(() => this.#received.length >= Number(length) || this.#isEnded);
    const size = length === undefined ? this.#received.length : Number(length);
    const body = this.#received.subarray(0, size).toString();
    this.#received = this.#received.subarray(size);
    return { statusLine, status, headers, body };
  }

  /** The next frame. Fails when the connection ends before. */
  async frame(): Promise<Frame> {
    await this.#until(() => decodeFrame(this.#received) !== undefined);
    const decoded = decodeFrame(this.#received);
    if (decoded === undefined) throw new Error("no frame");
    this.#received = this.#received.subarray(decoded.size);
    return decoded.frame;
  }

  /** The next frame, which must be text. */
  async text(): Promise<string> {
    const frame = await this.frame();
    if (frame.opcode !== Opcode.Text) throw new Error(`expected text, got opcode ${frame.opcode}`);
    return frame.payload.toString();
  }

  /** Code and reason of the next frame, which must be a close frame; 1005 when it is empty. */
  async closeFrame(): Promise<{ code: number; reason: string }> {
    const frame = await this.frame();
    if (frame.opcode !== Opcode.Close)
      throw new Error(`expected close, got opcode ${frame.opcode}`);
    if (frame.payload.length < 2) return { code: 1005, reason: "" };
    return { code: frame.payload.readUInt16BE(0), reason: frame.payload.subarray(2).toString() };
  }

  /** Resolves when the server has ended the connection. */
  async ended(): Promise<void> {
    await this.#until(() => this.#isEnded);
  }

  /** Cuts the connection from this side. */
  destroy(): void {
    this.socket.destroy();
  }

  async #until(isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      if (this.#isEnded) {
        const seen = JSON.stringify(this.#received.toString("latin1").slice(0, 300));
        throw new Error(
          `the connection ended; unread: ${seen}; error: ${this.#error?.code ?? "none"}`,
        );
      }
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
