import { Decoder, Encoder } from "@msgpack/msgpack";
import type { Frame } from "../frame.ts";
import { type DecodeLimits, defaultMaxDepth, type FrameCodec, FrameError } from "../frame-codec.ts";
import { checkPlainValue } from "../plain-value.ts";
import { maxEncodedDepth, plainOf } from "./plain-of.ts";
import { scan } from "./scan.ts";

/**
 * `windlass.v1.msgpack`: each frame is one MessagePack map in a binary message.
 *
 * What is sent is what JSON would make of it: undefined members are left out, a Date becomes a text
 * of ISO 8601, NaN and Infinity become `null`; a bigint makes `encode` throw a TypeError, as does
 * what holds itself or is nested deeper than 1,000. Two things differ: a Uint8Array travels as
 * bytes, and half of a surrogate pair becomes U+FFFD, for MessagePack has UTF-8 only.
 *
 * `decode` refuses, besides what every {@link FrameCodec} does: extension types (timestamps, too),
 * keys that are no strings, integers that a number cannot hold exactly, numbers that are not finite
 * and strings that are no UTF-8. Bytes in its result are views of `payload`, which must not be
 * written to afterwards. A byte order mark at the start of a string of more than 200 bytes is lost.
 */
export const msgpackCodec: FrameCodec = {
  subprotocol: "windlass.v1.msgpack",
  isBinary: true,
  encode: encodeMsgpack,
  decode: decodeMsgpack,
};

/** An encoder keeps the buffer of its largest frame; above this it is not kept for the next one. */
const maxKeptBytes = 65_536;

const newEncoder = (): Encoder => new Encoder({ maxDepth: maxEncodedDepth + 1 });
const decoder = new Decoder();
let encoder = newEncoder();

function encodeMsgpack(frame: Frame): Uint8Array<ArrayBuffer> {
  const bytes = encoder.encode(plainOf(frame));
  if (bytes.length > maxKeptBytes) encoder = newEncoder();
  return bytes;
}

function decodeMsgpack(payload: string | Uint8Array, limits?: DecodeLimits): unknown {
  if (typeof payload === "string") throw new FrameError("it is text; wanted a binary message");
  const maxDepth = limits?.maxDepth ?? defaultMaxDepth;
  // Views of a Node Buffer would be Buffers.
  const bytes = new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength);
  const { hasConstructor } = scan(bytes, maxDepth);
  let value: unknown;
  try {
    value = decoder.decode(bytes);
  } catch {
    // Only what the engine cannot hold: a string of half a gigabyte.
    throw new FrameError("it is too large");
  }
  if (hasConstructor) checkPlainValue(value, maxDepth);
  return value;
}
