import { z } from "zod";

/** A Date that travels as a text of ISO 8601 in UTC: `2026-11-27T10:00:00.000Z`. */
export const isoDateTime: z.ZodCodec<z.ZodISODateTime, z.ZodDate> = z.codec(
  z.iso.datetime(),
  z.date(),
  {
    decode: (text) => new Date(text),
    encode: (date) => date.toISOString(),
  },
);

/** A bigint that travels as a text of decimal digits: `-9007199254740993`; at most 400 digits. */
export const bigintString: z.ZodCodec<z.ZodString, z.ZodBigInt> = z.codec(
  // Bounded: reading digits takes time that grows with the square of their number.
  z.string().regex(/^(?:0|-?[1-9]\d{0,399})$/, "expected decimal digits"),
  z.bigint(),
  {
    decode: (text) => BigInt(text),
    encode: (value) => value.toString(),
  },
);

/** Bytes that travel as a text of base64. */
export const base64Bytes: z.ZodCodec<z.ZodBase64, z.ZodCustom<Uint8Array, Uint8Array>> = z.codec(
  z.base64(),
  z.instanceof(Uint8Array),
  {
    decode: (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)),
    encode: (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")),
  },
);
