/** The bytes of hexadecimal digits, with spaces between them wherever they help: `81 a1 61 01`. */
export function hex(digits: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(digits.match(/[0-9a-f]{2}/gi) ?? [], (byte) => Number.parseInt(byte, 16));
}

/** The hexadecimal digits of a text in UTF-8. */
export function hexOf(text: string): string {
  return Buffer.from(text).toString("hex");
}
