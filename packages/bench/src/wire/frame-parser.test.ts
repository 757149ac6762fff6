import { describe, expect, it } from "vitest";
import { FrameParser, type FrameSink } from "./frame-parser.ts";
import { SpareBuffers } from "./spare-buffers.ts";

const MAX_BYTES = 200_000;

function frame(first: number, payload: Buffer | string): Buffer {
  const bytes = Buffer.from(payload);
  const head = Buffer.alloc(bytes.length < 126 ? 2 : bytes.length < 65_536 ? 4 : 10);
  head[0] = first;
  head[1] = head.length === 2 ? bytes.length : head.length === 4 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(bytes.length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(bytes.length), 2);
  return Buffer.concat([head, bytes]);
}

interface Recorder extends FrameSink {
  readonly events: string[];
}

function recorder(): Recorder {
  const events: string[] = [];
  return {
    events,
    message: (bytes, start, end, isBinary) => {
      events.push(`${isBinary ? "binary" : "text"} ${bytes.toString("latin1", start, end)}`);
    },
    ping: (payload) => void events.push(`ping ${payload.toString("latin1")}`),
    closed: (code, reason) => void events.push(`closed ${code} ${reason}`),
  };
}

function parserFor(sink: FrameSink): FrameParser {
  return new FrameParser(sink, new SpareBuffers(), MAX_BYTES);
}

/** mulberry32: the same numbers on every run, so that a failure can be repeated. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const SIZES = [0, 1, 2, 20, 125, 126, 127, 300, 65_535, 65_536, 70_000];

/** A stream of messages, some in fragments, with pings and pongs anywhere between frames. */
function randomStream(random: (below: number) => number): { bytes: Buffer; events: string[] } {
  const frames: Buffer[] = [];
  const events: string[] = [];
  const maybeControl = () => {
    const kind = random(6);
    const text = "p".repeat(random(126));
    if (kind === 0) {
      frames.push(frame(0x89, text));
      events.push(`ping ${text}`);
    } else if (kind === 1) frames.push(frame(0x8a, text));
  };
  for (let count = 1 + random(8); count > 0; count -= 1) {
    const isBinary = random(2) === 1;
    const bytes = SIZES[random(random(4) === 0 ? SIZES.length : 8)] ?? 0;
    const payload = Buffer.from(Array.from({ length: bytes }, (_, index) => (index * 7) & 0xff));
    const opcode = isBinary ? 2 : 1;
    maybeControl();
    if (random(3) === 0) {
      const first = random(bytes + 1);
      const second = first + random(bytes - first + 1);
      frames.push(frame(opcode, payload.subarray(0, first)));
      maybeControl();
      frames.push(frame(0, payload.subarray(first, second)));
      maybeControl();
      frames.push(frame(0x80, payload.subarray(second)));
    } else {
      frames.push(frame(0x80 | opcode, payload));
    }
    events.push(`${isBinary ? "binary" : "text"} ${payload.toString("latin1")}`);
  }
  return { bytes: Buffer.concat(frames), events };
}

describe("FrameParser", () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))(
    "reads the same messages however reads cut them (seed %i)",
    (seed) => {
      const random = randomFrom(seed);
      const { bytes, events } = randomStream(random);
      // As in the client: one buffer for all reads, so nothing in it lasts.
      const shared = Buffer.alloc(65_536);
      const longest = [1, 3, 17, 1_000, 65_536][random(5)] ?? 1;
      const sink = recorder();
      const parser = parserFor(sink);
      for (let at = 0; at < bytes.length; ) {
        const count = bytes.copy(shared, 0, at, at + 1 + random(longest));
        expect(parser.read(shared, 0, count)).toBeUndefined();
        shared.fill(0xff, 0, count);
        at += count;
      }
      expect(sink.events).toEqual(events);
    },
  );

  it("reads a header that ends with its buffer", () => {
    const bytes = frame(0x82, Buffer.alloc(300, "x"));
    const sink = recorder();
    const parser = parserFor(sink);
    for (const byte of bytes) parser.read(Buffer.from([byte]), 0, 1);
    const cut = Buffer.alloc(3, bytes);
    parser.read(cut, 0, 3);
    parser.read(bytes.subarray(3), 0, bytes.length - 3);
    expect(sink.events).toEqual([`binary ${"x".repeat(300)}`, `binary ${"x".repeat(300)}`]);
  });

  it("hands on whole messages where they lie, without a copy", () => {
    const chunk = Buffer.concat([frame(0x81, "one"), frame(0x82, Buffer.alloc(300, "x"))]);
    const seen: boolean[] = [];
    const sink = { ...recorder(), message: (bytes: Buffer) => void seen.push(bytes === chunk) };
    parserFor(sink).read(chunk, 0, chunk.length);
    expect(seen).toEqual([true, true]);
  });

  it("reads from the start given to it", () => {
    const sink = recorder();
    const chunk = Buffer.concat([Buffer.from("HTTP head"), frame(0x81, "a"), Buffer.from("rest")]);
    parserFor(sink).read(chunk, 9, 12);
    expect(sink.events).toEqual(["text a"]);
  });

  it.each([
    ["with a code and a reason", Buffer.from("\x03\xf1too long", "latin1"), "closed 1009 too long"],
    ["with a code", Buffer.from([3, 232]), "closed 1000 "],
    ["that is empty", Buffer.alloc(0), "closed 1005 "],
  ])("reports a close frame %s and reads no further", (_, payload, event) => {
    const sink = recorder();
    const chunk = Buffer.concat([frame(0x88, payload), frame(0x81, "late")]);
    const parser = parserFor(sink);
    expect(parser.read(chunk, 0, chunk.length)).toBeUndefined();
    expect(parser.read(frame(0x81, "later"), 0, 7)).toBeUndefined();
    expect(sink.events).toEqual([event]);
  });

  it("stops within a read when it is halted", () => {
    const sink = recorder();
    const parser = parserFor({
      ...sink,
      message: (bytes, start, end, isBinary) => {
        sink.message(bytes, start, end, isBinary);
        parser.halt();
      },
    });
    const chunk = Buffer.concat([frame(0x81, "one"), frame(0x81, "two")]);
    parser.read(chunk, 0, chunk.length);
    expect(sink.events).toEqual(["text one"]);
  });

  it.each([
    ["a masked frame", Buffer.from([0x81, 0x81, 1, 2, 3, 4, 5]), "must not mask"],
    ["a compressed message", frame(0xc1, "a"), "permessage-deflate"],
    ["reserved bits", frame(0xa1, "a"), "reserved bits"],
    ["an unknown opcode", frame(0x83, "a"), "unknown opcode"],
    ["an unknown control opcode", frame(0x8b, "a"), "unknown opcode"],
    ["a fragmented ping", frame(0x09, "a"), "control frame"],
    ["a long ping", frame(0x89, "a".repeat(126)), "control frame"],
    ["a continuation of nothing", frame(0x80, "a"), "continuation of no message"],
    ["a message within a message", Buffer.concat([frame(0x01, "a"), frame(0x81, "b")]), "within"],
    ["a message that is too long", frame(0x82, Buffer.alloc(MAX_BYTES + 1)), "200001 bytes"],
    [
      "a length beyond all memory",
      Buffer.from("827fffffffffffffffff", "hex"),
      "reads up to 200000",
    ],
  ])("calls %s a protocol error", (_, bytes, words) => {
    expect(parserFor(recorder()).read(bytes, 0, bytes.length)).toMatch(
      new RegExp(`^protocol error: .*${words}`),
    );
  });

  it("adds fragments up before it calls a message too long", () => {
    const half = Buffer.alloc(MAX_BYTES / 2 + 1);
    const parser = parserFor(recorder());
    expect(parser.read(frame(0x02, half), 0, half.length + 10)).toBeUndefined();
    expect(parser.read(frame(0x80, half), 0, half.length + 10)).toContain("200002 bytes");
  });
});
