import { toJson } from "./flat-json.ts";
import type { Frame } from "./frame.ts";
import { type DecodeLimits, defaultMaxDepth, type FrameCodec, FrameError } from "./frame-codec.ts";
import { checkPlainValue } from "./plain-value.ts";
import { quickFrame } from "./quick-frame.ts";

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
    case "request":
    case "event": {
      const { type, id, name, data } = frame;
      // In the order that the other side reads quickly.
      const idText = id === undefined ? "" : `"id":${id},`;
      return `{"type":"${type}",${idText}"name":${JSON.stringify(name)}${dataOf(data)}}`;
    }
    case "ack":
      return `{"type":"ack","id":${frame.id}}`;
    default:
      return JSON.stringify(frame);
  }
}

function dataOf(data: unknown): string {
  const text = toJson(data);
  // What has no JSON (undefined, a function) is left out, as JSON.stringify does in objects.
  return text === undefined ? "" : `,"data":${text}`;
}

function decodeJson(payload: string | Uint8Array, limits?: DecodeLimits): unknown {
  if (typeof payload !== "string") throw new FrameError("it is binary; wanted a text message");
  const maxDepth = limits?.maxDepth ?? defaultMaxDepth;
  const value = quickFrame(payload) ?? parse(payload);
  if (mayBeHostile(payload, maxDepth)) checkPlainValue(value, maxDepth);
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The engine's own sentence may quote the payload, but not at its end.
    const sentence = error instanceof Error ? error.message : "";
    const position = /at (position \d+)(?: \(line \d+ column \d+\))?$/.exec(sentence)?.[1];
    throw new FrameError(position ? `it is not JSON: see ${position}` : "it is not JSON");
  }
}

/**
 * Whether the parsed value has to be looked at. Nearly every frame is short and has none of these
 * letters, and looking through its text is cheaper than through its values. Each level takes an
 * opening and a closing bracket; "proto" is in both keys that lead to a prototype, and a backslash
 * can spell either.
 */
function mayBeHostile(text: string, maxDepth: number): boolean {
  return text.length > 2 * maxDepth || text.includes("proto") || text.includes("\\");
}
