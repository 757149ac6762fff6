import { randomFillSync } from "node:crypto";

/** Opcodes of RFC 6455, section 5.2. */
export const Opcode = {
  Continuation: 0,
  Text: 1,
  Binary: 2,
  Close: 8,
  Ping: 9,
  Pong: 10,
} as const;

const FIN = 0x80;
const MASKED = 0x80;

/** Bytes of a masked frame around a payload of `payloadBytes`. */
export function clientFrameBytes(payloadBytes: number): number {
  if (payloadBytes < 126) return payloadBytes + 6;
  return payloadBytes + (payloadBytes < 65_536 ? 8 : 14);
}

/**
 * Writes one unfragmented masked frame into `target` at `offset` and returns where it ends. The
 * mask is random: clients must mask, and masks that repeat would let a cache in the way (or in the
 * server's CPU) see the same bytes again and again.
 */
export function writeClientFrame(
  target: Buffer,
  offset: number,
  opcode: number,
  payload: Uint8Array,
): number {
  target[offset] = FIN | opcode;
  const mask = writeLength(target, offset + 1, payload.length);
  randomFillSync(target, mask, 4);
  const start = mask + 4;
  for (let index = 0; index < payload.length; index += 1) {
    target[start + index] = (payload[index] ?? 0) ^ (target[mask + (index & 3)] ?? 0);
  }
  return start + payload.length;
}

export function encodeClientFrame(opcode: number, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafeSlow(clientFrameBytes(payload.length));
  writeClientFrame(frame, 0, opcode, payload);
  return frame;
}

function writeLength(target: Buffer, offset: number, bytes: number): number {
  if (bytes < 126) return target.writeUInt8(MASKED | bytes, offset);
  if (bytes < 65_536) {
    target[offset] = MASKED | 126;
    return target.writeUInt16BE(bytes, offset + 1);
  }
  target[offset] = MASKED | 127;
  return target.writeBigUInt64BE(BigInt(bytes), offset + 1);
}
