import { describe, expect, it } from "vitest";
import { clientFrameBytes, encodeClientFrame, Opcode } from "./client-frame.ts";

function unmask(frame: Buffer, payloadBytes: number): Buffer {
  const start = frame.length - payloadBytes;
  const mask = frame.subarray(start - 4, start);
  return Buffer.from(frame.subarray(start).map((byte, index) => byte ^ (mask[index & 3] ?? 0)));
}

describe("encodeClientFrame", () => {
  it.each([
    [0, "8280"],
    [125, "82fd"],
    [126, "82fe007e"],
    [65_535, "82feffff"],
    [65_536, "82ff0000000000010000"],
  ])("writes %i bytes as one masked frame with the shortest length", (bytes, head) => {
    const payload = Buffer.alloc(bytes, "windlass");
    const frame = encodeClientFrame(Opcode.Binary, payload);
    expect(frame.length).toBe(clientFrameBytes(bytes));
    expect(frame.length).toBe(head.length / 2 + 4 + bytes);
    expect(frame.toString("hex", 0, head.length / 2)).toBe(head);
    expect(unmask(frame, bytes).equals(payload)).toBe(true);
  });

  it("masks each frame anew", () => {
    const payload = Buffer.alloc(32, 1);
    const frames = Array.from({ length: 8 }, () => encodeClientFrame(Opcode.Text, payload));
    expect(new Set(frames.map((frame) => frame.toString("hex"))).size).toBe(8);
  });
});
