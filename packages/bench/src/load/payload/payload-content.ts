import type { MessageFormat } from "../../contract/adapter.ts";

const ALPHABET = Buffer.from("0123456789abcdefghijklmnopqrstuvwxyz", "latin1");
const NOT_A_DIGIT = -1;
const VALUES = digitValues();

/** Base 36 digits of a publisher's number, where there are several publishers to a topic. */
export const PUBLISHER_DIGITS = 2;
const MAX_SEQUENCE_DIGITS = 3;

/** How many of a payload's bytes number it: fewer than three only in messages too short for more. */
export function sequenceDigits(messageBytes: number, publisherDigits: number): number {
  return Math.max(0, Math.min(MAX_SEQUENCE_DIGITS, messageBytes - publisherDigits));
}

/** Reads `count` base 36 digits (lower case); -1 when there is anything else. */
export function readDigits(bytes: Uint8Array, start: number, count: number): number {
  let value = 0;
  for (let index = start; index < start + count; index += 1) {
    const digit = VALUES[bytes[index] ?? 0] ?? NOT_A_DIGIT;
    if (digit < 0) return -1;
    value = value * 36 + digit;
  }
  return value;
}

export function writeDigits(target: Uint8Array, start: number, count: number, value: number): void {
  let rest = value;
  for (let index = start + count - 1; index >= start; index -= 1) {
    target[index] = ALPHABET[rest % 36] ?? 0;
    rest = Math.floor(rest / 36);
  }
}

/**
 * Fills `target` from `start` with what follows the digits of payload `sequence`. The same in every
 * process and differs from one sequence to the next: ASCII letters and digits for text, any byte
 * for binary.
 */
export function writeFiller(
  target: Uint8Array,
  start: number,
  sequence: number,
  format: MessageFormat,
): void {
  // Marsaglia's xorshift32: quick, and enough to tell one payload from another.
  let state = (sequence + 1) * 0x9e3779b1;
  for (let index = start; index < target.length; index += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const byte = state & 0xff;
    target[index] = format === "binary" ? byte : (ALPHABET[byte % 36] ?? 0);
  }
}

function digitValues(): Int8Array {
  const values = new Int8Array(256).fill(NOT_A_DIGIT);
  ALPHABET.forEach((byte, value) => {
    values[byte] = value;
  });
  return values;
}
