import type { Position, Publication, PublicationAttributes } from "@windlass/core";

/**
 * How a publication is written down. As an envelope it is what is kept: a version byte, a byte of flags, the
 * attributes if there are any (their length in four bytes, then JSON), and the data. As a message it has its
 * position before it: a length byte, then `epoch:offset`; a zero byte when it has none.
 */
const version = 1;
const hasText = 1;
const hasAttributes = 2;

/** Written by a newer release, or by something else. */
export class UnknownEnvelopeError extends Error {
  override readonly name = "UnknownEnvelopeError";
}

/** The bytes of a publication without a position, as a message; without the first byte they are its envelope. */
export function encodeMessage({ data, attributes }: Publication): Buffer {
  const json = attributes === undefined ? "" : JSON.stringify(attributes);
  const jsonBytes = Buffer.byteLength(json);
  const dataBytes = typeof data === "string" ? Buffer.byteLength(data) : data.byteLength;
  const dataAt = jsonBytes === 0 ? 3 : 7 + jsonBytes;
  const message = Buffer.allocUnsafe(dataAt + dataBytes);
  message[0] = 0;
  message[1] = version;
  message[2] = (typeof data === "string" ? hasText : 0) | (jsonBytes === 0 ? 0 : hasAttributes);
  if (jsonBytes > 0) {
    message.writeUInt32BE(jsonBytes, 3);
    message.write(json, 7);
  }
  if (typeof data === "string") message.write(data, dataAt);
  else message.set(data, dataAt);
  return message;
}

/** @throws UnknownEnvelopeError */
export function decodeEnvelope(topic: string, bytes: Buffer, position?: Position): Publication {
  const flags = bytes[1];
  if (bytes[0] !== version || flags === undefined || flags > (hasText | hasAttributes)) {
    throw new UnknownEnvelopeError(`an envelope of version ${bytes[0]}, wanted ${version}`);
  }
  let dataAt = 2;
  let attributes: PublicationAttributes | undefined;
  if ((flags & hasAttributes) !== 0) {
    if (bytes.length < 6) throw new UnknownEnvelopeError("an envelope that is cut off");
    dataAt = 6 + bytes.readUInt32BE(2);
    attributes = parseAttributes(bytes.subarray(6, dataAt));
  }
  const data = bytes.subarray(dataAt);
  return {
    topic,
    data: (flags & hasText) !== 0 ? data.toString() : data,
    ...(attributes !== undefined && { attributes }),
    ...(position !== undefined && { position }),
  };
}

/** The position before an envelope, and where the envelope begins. */
export function splitMessage(message: Buffer): {
  readonly position: Position | undefined;
  readonly envelope: Buffer;
} {
  const length = message[0] ?? 0;
  const envelope = message.subarray(1 + length);
  if (length === 0) return { position: undefined, envelope };
  return { position: parsePosition(message.toString("latin1", 1, 1 + length)), envelope };
}

/** Reads `epoch:offset`; `undefined` when it is none. */
export function parsePosition(text: string): Position | undefined {
  const colon = text.lastIndexOf(":");
  const offset = Number(text.slice(colon + 1));
  if (colon < 1 || !Number.isSafeInteger(offset)) return undefined;
  return { epoch: text.slice(0, colon), offset };
}

function parseAttributes(json: Buffer): PublicationAttributes {
  try {
    const attributes: unknown = JSON.parse(json.toString());
    if (typeof attributes === "object" && attributes !== null) return attributes;
  } catch {
    // Said below.
  }
  throw new UnknownEnvelopeError("an envelope whose attributes are not JSON");
}
