/** A frame as it was on the wire. */
export interface Frame {
  readonly fin: boolean;
  readonly rsv: number;
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Opcodes of RFC 6455 section 5.2. */
export const Opcode = { Continuation: 0, Text: 1, Binary: 2, Close: 8, Ping: 9, Pong: 10 } as const;

/** What may be wrong with a frame on purpose. */
export interface FrameOptions {
  readonly fin?: boolean;
  readonly rsv?: number;
  readonly masked?: boolean;
  /** A length in the header that is not that of the payload. */
  readonly claimedLength?: number;
}

/** A client frame; masked with a fixed key unless told otherwise. */
export function encodeFrame(
  opcode: number,
  payload: string | Uint8Array = "",
  options: FrameOptions = {},
): Buffer {
  const { fin = true, rsv = 0, masked = true } = options;
  const body = Buffer.from(payload);
  const length = options.claimedLength ?? body.length;
  const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode];
  const maskBit = masked ? 0x80 : 0;
  if (length < 126) head.push(maskBit | length);
  else if (length < 65_536) head.push(maskBit | 126, length >> 8, length & 0xff);
  else {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(BigInt(length));
    head.push(maskBit | 127, ...bytes);
  }
  if (!masked) return Buffer.concat([Buffer.from(head), body]);
  const key = Buffer.from([0x12, 0x34, 0x56, 0x78]);
  const maskedBody = body.map((byte, index) => byte ^ (key[index % 4] ?? 0));
  return Buffer.concat([Buffer.from(head), key, maskedBody]);
}

/** The payload of a close frame. */
export function closePayload(code: number, reason: string | Uint8Array = ""): Buffer {
  return Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]);
}

/** The first whole frame of a buffer and how many bytes it took, or undefined when it is not whole yet. */
export function decodeFrame(bytes: Buffer): { frame: Frame; size: number } | undefined {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return undefined;
  let length = second & 0x7f;
  let offset = 2;
  if (length === 126) {
    if (bytes.length < 4) return undefined;
    length = bytes.readUInt16BE(2);
    offset = 4;
  } else if (length === 127) {
    if (bytes.length < 10) return undefined;
    length = Number(bytes.readBigUInt64BE(2));
    offset = 10;
  }
  if (bytes.length < offset + length) return undefined;
  const payload = Buffer.from(bytes.subarray(offset, offset + length));
  const frame = {
    fin: (first & 0x80) !== 0,
    rsv: (first >> 4) & 7,
    opcode: first & 0x0f,
    payload,
  };
  return { frame, size: offset + length };
}
