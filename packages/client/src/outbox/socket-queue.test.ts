import { ManualClock } from "@windlass/core/testing";
import { describe, expect, it } from "vitest";
import { type QueueOptions, queueLimits } from "./queue-options.ts";
import { SocketQueue } from "./socket-queue.ts";

function createQueue(options: QueueOptions = {}): { queue: SocketQueue; clock: ManualClock } {
  const clock = new ManualClock();
  return { queue: new SocketQueue(clock, queueLimits(options)), clock };
}

describe("SocketQueue", () => {
  it("gives back what it was given, in order and once", () => {
    const { queue } = createQueue();
    for (const text of ["a", "b", "c"]) queue.add(text);
    expect(queue.take()).toEqual(["a", "b", "c"]);
    expect(queue.take()).toEqual([]);
    expect(queue.bytes).toBe(0);
  });

  it("counts the bytes of every kind of data", () => {
    const { queue } = createQueue();
    const sizes: number[] = [];
    for (const data of ["é", new ArrayBuffer(3), new Uint16Array(2), new Blob(["12345"])]) {
      queue.add(data);
      sizes.push(queue.bytes);
    }
    expect(sizes).toEqual([2, 5, 9, 14]);
  });

  it("keeps buffers as they were", () => {
    const { queue } = createQueue();
    const bytes = new Uint8Array([1, 2, 3, 4]);
    queue.add(bytes.subarray(1, 3));
    queue.add(bytes.buffer);
    queue.add(new DataView(bytes.buffer, 3));
    bytes.fill(9);
    expect(queue.take()).toEqual([
      new Uint8Array([2, 3]),
      new Uint8Array([1, 2, 3, 4]).buffer,
      new Uint8Array([4]),
    ]);
  });

  it.each([{ maxMessages: 2 }, { maxBytes: 5 }])("refuses what exceeds %j", (options) => {
    const { queue } = createQueue(options);
    queue.add("12");
    queue.add("34");
    expect(() => queue.add("56")).toThrow(expect.objectContaining({ code: "ERR_QUEUE_FULL" }));
    expect(queue.take()).toEqual(["12", "34"]);
  });

  it("leaves out what has waited for too long, and has room again", () => {
    const { queue, clock } = createQueue({ maxMessages: 2, expireMs: 1_000 });
    queue.add("old");
    clock.advance(600);
    queue.add("young");
    clock.advance(400);
    expect(queue.bytes).toBe(5);
    queue.add("new");
    expect(queue.take()).toEqual(["young", "new"]);
    queue.add("gone");
    clock.advance(1_000);
    expect(queue.take()).toEqual([]);
  });
});
