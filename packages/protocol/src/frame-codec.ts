import type { Frame } from "./frame.ts";

/** Limits of what is decoded. */
export interface DecodeLimits {
  /** Objects and lists inside each other, the frame itself counted: 1 to 1,000. Default: 64. */
  readonly maxDepth: number;
}

/** Depth of a frame when nothing else is said. */
export const defaultMaxDepth = 64;

/**
 * How frames are written on the wire; chosen by subprotocol. Obligations:
 *
 * - What `encode` wrote, `decode` reads as the same values, as far as JSON has them.
 * - `decode` answers plain data (what JSON has; Uint8Array where the codec has bytes) or throws
 *   {@link FrameError}, whatever the bytes are. It costs no more memory than a small multiple of them.
 * - `decode` refuses keys that reach prototypes: `__proto__`, and `constructor` that holds a `prototype`.
 */
export interface FrameCodec {
  /** The WebSocket subprotocol: `windlass.v1.json`. */
  readonly subprotocol: string;
  /** Whether its frames are binary WebSocket messages; the others are text. */
  readonly isBinary: boolean;
  /** @throws TypeError when the data has a bigint, or holds itself */
  encode(frame: Frame): string | Uint8Array<ArrayBuffer>;
  /** @throws FrameError */
  decode(payload: string | Uint8Array, limits?: DecodeLimits): unknown;
}

/** Bytes or text that are no frame. The message says why and never quotes them. */
export class FrameError extends Error {
  override readonly name: string = "FrameError";
}
