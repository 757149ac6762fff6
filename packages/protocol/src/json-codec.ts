import type { Frame } from "./frame.ts";
import { type DecodeLimits, defaultMaxDepth, type FrameCodec, FrameError } from "./frame-codec.ts";
import { checkPlainValue } from "./plain-value.ts";

/** `windlass.v1.json`: each frame is one JSON object in a text message. */
export const jsonCodec: FrameCodec = {
  subprotocol: "windlass.v1.json",
  isBinary: false,
  encode: encodeJson,
  decode: decodeJson,
};

function encodeJson(frame: Frame): string {
  // The frames of every message are put together by hand: half the time of stringifying the whole.
  switch (frame.type) {
    case "response":
      return `{"type":"response","id":${frame.id}${dataOf(frame.data)}}`;
    case "ack":
      return `{"type":"ack","id":${frame.id}}`;
    default:
      return JSON.stringify(frame);
  }
}

function dataOf(data: unknown): string {
  const text: string | undefined = JSON.stringify(data);
  // What has no JSON (undefined, a function) is left out, as JSON.stringify does in objects.
  return text === undefined ? "" : `,"data":${text}`;
}

function decodeJson(payload: string | Uint8Array, limits?: DecodeLimits): unknown {
  if (typeof payload !== "string") throw new FrameError("it is binary; wanted a text message");
  const maxDepth = limits?.maxDepth ?? defaultMaxDepth;
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch (error) {
    // The engine's own sentence may quote the payload.
    const position = /position \d+/.exec(error instanceof Error ? error.message : "")?.[0];
    throw new FrameError(position ? `it is not JSON: see ${position}` : "it is not JSON");
  }
  if (mayBeHostile(payload, maxDepth)) checkPlainValue(value, maxDepth);
  return value;
}

/**
 * Whether the parsed value has to be looked at. Nearly every frame is short and has none of these
 * words, and looking through its text is cheaper than through its values. Each level takes an
 * opening and a closing bracket.
 */
function mayBeHostile(text: string, maxDepth: number): boolean {
  return (
    text.length > 2 * maxDepth ||
    text.includes("__proto__") ||
    text.includes("constructor") ||
    // Escapes can spell either key.
    text.includes("\\u")
  );
}
