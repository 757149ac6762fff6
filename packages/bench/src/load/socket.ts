import { connect, type Socket } from "node:net";
import { connect as connectSecurely } from "node:tls";

/** Where connections go. */
export interface SocketTarget {
  /** IP address, or a name that is then looked up for every connection. */
  readonly host: string;
  readonly port: number;
  /** One for all sockets: what a read brought is dealt with before the next read. */
  readonly readBuffer: Buffer;
  /** Undefined for `ws:`. */
  readonly tls: { readonly rejectUnauthorized: boolean; readonly servername?: string } | undefined;
}

export interface SocketEvents {
  connected(socket: Socket): void;
  /** `chunk` holds these `bytes` only until the call returns. */
  read(socket: Socket, chunk: Buffer, bytes: number): void;
  /** The socket is of no more use; `error` unless the other side ended it. Once per socket. */
  gone(socket: Socket, error: NodeJS.ErrnoException | undefined): void;
}

/** Opens a TCP or TLS connection, from `localAddress` when it is given. */
export function openSocket(
  target: SocketTarget,
  events: SocketEvents,
  localAddress: string | undefined,
): Socket {
  const { host, port } = target;
  // One address, known beforehand: no race of IPv4 against IPv6 that opens two sockets.
  const from = localAddress === undefined ? {} : { localAddress };
  const where = { host, port, noDelay: true, autoSelectFamily: false, ...from };
  const socket =
    target.tls === undefined
      ? connect({
          ...where,
          onread: readInto(target.readBuffer, (bytes, chunk) => events.read(socket, chunk, bytes)),
        })
      : connectSecurely({ ...where, ...target.tls, ALPNProtocols: ["http/1.1"] });
  if (target.tls !== undefined) {
    socket.on("data", (chunk) => events.read(socket, chunk, chunk.length));
  }
  let isGone = false;
  const gone = (error?: NodeJS.ErrnoException) => {
    if (isGone) return;
    isGone = true;
    events.gone(socket, error);
  };
  socket.once(target.tls === undefined ? "connect" : "secureConnect", () =>
    events.connected(socket),
  );
  socket.on("error", gone);
  socket.once("end", () => gone());
  socket.once("close", () => gone());
  return socket;
}

function readInto(buffer: Buffer, read: (bytes: number, chunk: Buffer) => void) {
  return {
    buffer,
    callback: (bytes: number): boolean => {
      read(bytes, buffer);
      return true;
    },
  };
}
