import type { SocketData } from "../outbox/byte-length.ts";

/** What the client needs of a WebSocket. Those of browsers, of Node 22 and of `ws` have it. */
export interface SocketLike {
  binaryType: string;
  readonly bufferedAmount: number;
  readonly protocol: string;
  readonly extensions: string;
  readonly url: string;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  send(data: SocketData): void;
  close(code?: number, reason?: string): void;
}

/** The class of a {@link SocketLike}. */
export type SocketConstructor = new (
  url: string | URL,
  protocols?: string | string[],
) => SocketLike;

/** What the client reads of a message; `ws` knows no origin. */
export interface SocketMessage {
  readonly data: unknown;
  readonly origin?: string;
}

/** Why a connection ended, or an attempt failed. */
export interface ConnectionLoss {
  /** The close code; 1006 when there was no close frame. */
  readonly code: number;
  /** The close reason, or empty. */
  readonly reason: string;
  /** Whether both sides said goodbye. */
  readonly wasClean: boolean;
  /** The error behind it, where one is known. */
  readonly cause: unknown;
}

/** A connection that ended without a close frame. */
export function abnormal(cause?: unknown): ConnectionLoss {
  return { code: 1006, reason: "", wasClean: false, cause };
}

/** A connection that we closed. */
export function closed(code = 1005, reason = ""): ConnectionLoss {
  return { code, reason, wasClean: true, cause: undefined };
}
