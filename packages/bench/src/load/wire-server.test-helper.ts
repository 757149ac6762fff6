import { createHash } from "node:crypto";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** The server's end of one connection, byte by byte. */
export class WirePeer {
  readonly socket: Socket;
  readonly head: string;
  readonly remoteAddress: string | undefined;

  constructor(socket: Socket, head: string) {
    this.socket = socket;
    this.remoteAddress = socket.remoteAddress;
    this.head = head;
  }

  /** Sends one unmasked frame with FIN set. */
  send(opcode: number, payload: Buffer | string): void {
    this.socket.write(serverFrame(0x80 | opcode, payload));
  }
}

export interface WireServerOptions {
  /** Instead of an answer that accepts; Latin-1. `accept` is the proper Sec-WebSocket-Accept. */
  readonly answer?: (accept: string, head: string) => string;
  readonly opened?: (peer: WirePeer) => void;
  /** A frame of the client, unmasked. Default: sends data and close frames back. */
  readonly frame?: (peer: WirePeer, opcode: number, payload: Buffer) => void;
}

export interface WireServer {
  readonly url: string;
  readonly peers: readonly WirePeer[];
  close(): Promise<void>;
}

const ACCEPTS = (accept: string) =>
  `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;

/** A server on a free port of 127.0.0.1 that speaks RFC 6455 by hand, so that it can also misspeak. */
export async function startWireServer(options: WireServerOptions = {}): Promise<WireServer> {
  const { answer = ACCEPTS, opened, frame = echo } = options;
  const peers: WirePeer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let bytes: Buffer = Buffer.alloc(0);
    let peer: WirePeer | undefined;
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      const end = bytes.indexOf("\r\n\r\n");
      if (peer === undefined) {
        if (end < 0) return;
        const head = bytes.toString("latin1", 0, end);
        bytes = bytes.subarray(end + 4);
        peer = new WirePeer(socket, head);
        peers.push(peer);
        socket.write(answer(acceptOf(head), head), "latin1");
        opened?.(peer);
      }
      bytes = takeFrames(peer, bytes, frame);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `ws://127.0.0.1:${port}/`, peers, close: () => closeServer(server, sockets) };
}

export function serverFrame(first: number, payload: Buffer | string): Buffer {
  const bytes = Buffer.from(payload);
  const head = Buffer.alloc(bytes.length < 126 ? 2 : bytes.length < 65_536 ? 4 : 10);
  head[0] = first;
  head[1] = head.length === 2 ? bytes.length : head.length === 4 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(bytes.length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(bytes.length), 2);
  return Buffer.concat([head, bytes]);
}

function echo(peer: WirePeer, opcode: number, payload: Buffer): void {
  if (opcode === 1 || opcode === 2) peer.send(opcode, payload);
  if (opcode === 8) peer.socket.end(serverFrame(0x88, payload));
}

function acceptOf(head: string): string {
  const key = /^sec-websocket-key: *(.+)$/im.exec(head)?.[1] ?? "";
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

function takeFrames(
  peer: WirePeer,
  bytes: Buffer,
  frame: NonNullable<WireServerOptions["frame"]>,
): Buffer {
  let rest = bytes;
  for (let end = frameEnd(rest); end <= rest.length; end = frameEnd(rest)) {
    const [first = 0, second = 0] = rest;
    if ((second & 0x80) === 0) throw new Error("The client sent a frame without a mask.");
    const mask = headBytes(second);
    const key = rest.subarray(mask, mask + 4);
    const masked = rest.subarray(mask + 4, end);
    const payload = Buffer.from(masked.map((byte, index) => byte ^ (key[index & 3] ?? 0)));
    rest = rest.subarray(end);
    frame(peer, first & 0x0f, payload);
  }
  return rest;
}

function headBytes(second: number): number {
  const short = second & 0x7f;
  if (short < 126) return 2;
  return short === 126 ? 4 : 10;
}

/** Where the first frame ends; beyond all bytes when its head is not there yet. */
function frameEnd(bytes: Buffer): number {
  const head = headBytes(bytes[1] ?? 0);
  if (bytes.length < head + 4) return Number.POSITIVE_INFINITY;
  let length = (bytes[1] ?? 0) & 0x7f;
  if (head === 4) length = bytes.readUInt16BE(2);
  if (head === 10) length = Number(bytes.readBigUInt64BE(2));
  return head + 4 + length;
}

async function closeServer(server: Server, sockets: Iterable<Socket>): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  for (const socket of sockets) socket.destroy();
  await closed;
}
