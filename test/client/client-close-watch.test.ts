import fc from "fast-check";
import { expect, test } from "vitest";
import { ClientCloseWatch } from "../support/client-close-watch.ts";
import { encodeFrame, Opcode } from "../support/frames.ts";

const handshake = Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
/** Payloads that would be taken for a close frame by somebody who lost count. */
const payload = fc
  .oneof(fc.constantFrom(0, 1, 125, 126, 127, 65_535, 65_536, 70_000), fc.nat(300))
  .map((length) => Buffer.alloc(length, 0x88));
const frames = fc.array(
  fc
    .tuple(fc.constantFrom(Opcode.Text, Opcode.Binary, Opcode.Ping, Opcode.Pong), payload)
    .map(([opcode, bytes]) => encodeFrame(opcode, bytes)),
  { maxLength: 5 },
);

/** Feeds bytes in pieces of these lengths, over and over. */
function feed(watch: ClientCloseWatch, bytes: Buffer, lengths: readonly number[]): void {
  let [offset, piece] = [0, 0];
  while (offset < bytes.length) {
    const length = lengths[piece % lengths.length] ?? 1;
    watch.add(bytes.subarray(offset, offset + length));
    offset += length;
    piece += 1;
  }
}

test("it notices the close frame of a client, however the bytes are cut, and nothing before", () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 30_000 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(frames, lengths, (before, pieces) => {
      const watch = new ClientCloseWatch();
      feed(watch, Buffer.concat([handshake, ...before]), pieces);
      expect(watch.hasClosed).toBe(false);
      feed(watch, encodeFrame(Opcode.Close), pieces);
      expect(watch.hasClosed).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test("it notices nothing where there is no WebSocket", () => {
  const watch = new ClientCloseWatch();
  watch.add(Buffer.from([0x88, 0x80, 1, 2, 3, 4]));
  expect(watch.hasClosed).toBe(false);
});
