import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ClosedPace, OpenPace } from "./broadcast-pace.ts";
import { BroadcastPublisher } from "./broadcast-publisher.ts";
import type { Client } from "./client.ts";
import { PayloadPool } from "./payload-pool.ts";
import { bareAdapter } from "./worker-share.test-helper.ts";

const SHAPE = { messageBytes: 20, format: "text", minimum: 8, budgetBytes: 1 } as const;
const pools = [0, 1].map(
  (publisher) => new PayloadPool({ ...SHAPE, publisher, request: bareAdapter.request("text", 0) }),
);
const [pool] = pools as [PayloadPool];

/** A publisher for two receivers, and the bytes of each of its writes in messages. */
function publisher(isOpen = true): { publisher: BroadcastPublisher; writes: number[] } {
  const writes: number[] = [];
  const send = (frames: Buffer) => writes.push(frames.length / pool.frameBytes);
  const client = { isOpen, send } as Partial<Client> as Client;
  return { publisher: new BroadcastPublisher(client, 0, { receivers: 2 }, pools), writes };
}

function deliver({ publisher }: { publisher: BroadcastPublisher }, number: number): void {
  publisher.window(0).settle(number);
  publisher.window(0).settle(number);
}

describe("BroadcastPublisher", () => {
  it("sends many messages in as few writes as the pool allows", () => {
    const { publisher: publishing, writes } = publisher();
    publishing.publish(20, 0, 0);
    expect(writes).toEqual([8, 8, 4]);
  });

  it("remembers when each message was due", () => {
    const { publisher: publishing } = publisher();
    publishing.publish(10, 1_000, 5);
    const window = publishing.window(0);
    expect([0, 1, 9].map((number) => window.publishedAt(number))).toEqual([1_000, 1_005, 1_045]);
  });

  it("begins anew with the measured phase", () => {
    const { publisher: publishing } = publisher();
    publishing.publish(3, 0, 0);
    publishing.unsent = 2;
    publishing.measure();
    expect(publishing).toMatchObject({ outstanding: 0, published: 0, unsent: 0 });
    publishing.publish(2, 0, 0);
    expect(publishing).toMatchObject({ outstanding: 2, published: 2 });
  });
});

describe("ClosedPace", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("sends as many in one write as have reached all receivers", () => {
    const pace = new ClosedPace({ inFlight: 4, patienceMs: 500 });
    const one = publisher();
    pace.start([one.publisher]);
    expect(one.writes).toEqual([4]);
    deliver(one, 0);
    deliver(one, 1);
    pace.settled(one.publisher);
    pace.settled(one.publisher);
    pace.readEnd();
    pace.readEnd();
    expect(one.writes).toEqual([4, 2]);
    pace.stop();
  });

  it("sends no more after stop", () => {
    const pace = new ClosedPace({ inFlight: 1, patienceMs: 500 });
    const one = publisher();
    pace.start([one.publisher]);
    pace.stop();
    deliver(one, 0);
    pace.settled(one.publisher);
    pace.readEnd();
    vi.advanceTimersByTime(5_000);
    expect(one.writes).toEqual([1]);
    expect(pace.stalls).toBe(0);
  });

  it("gives up a delivery only when none has come for the whole of its patience", () => {
    const pace = new ClosedPace({ inFlight: 1, patienceMs: 500 });
    const one = publisher();
    pace.start([one.publisher]);
    vi.advanceTimersByTime(400);
    one.publisher.movedAt = performance.now();
    vi.advanceTimersByTime(400);
    expect([one.writes.length, pace.stalls]).toEqual([1, 0]);
    vi.advanceTimersByTime(200);
    expect([one.writes.length, pace.stalls]).toEqual([2, 1]);
    pace.stop();
  });

  it("leaves out a publisher that is gone", () => {
    const pace = new ClosedPace({ inFlight: 1, patienceMs: 500 });
    const gone = publisher(false);
    pace.start([gone.publisher]);
    vi.advanceTimersByTime(5_000);
    expect([gone.writes.length, pace.stalls]).toEqual([0, 0]);
    pace.stop();
  });
});

describe("OpenPace", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("gives messages to publishers in turn, each with its own time", () => {
    const pace = new OpenPace({ ratePerSecond: 10, mostOutstanding: 8 });
    const [one, two] = [publisher(), publisher()];
    const start = performance.now();
    pace.start([one.publisher, two.publisher]);
    vi.advanceTimersByTime(450);
    pace.stop();
    expect([one.publisher, two.publisher].map(({ outstanding }) => outstanding)).toEqual([3, 2]);
    expect(one.publisher.window(0).publishedAt(2)).toBeCloseTo(start + 400, 6);
    expect(two.publisher.window(0).publishedAt(1)).toBeCloseTo(start + 300, 6);
  });

  it("sends all at once when it is late, to each publisher in one write", () => {
    const now = vi.spyOn(performance, "now").mockReturnValue(1_000);
    const pace = new OpenPace({ ratePerSecond: 1_000, mostOutstanding: 8 });
    const three = [publisher(), publisher(), publisher()] as const;
    pace.start(three.map((each) => each.publisher));
    now.mockReturnValue(1_010);
    pace.stop();
    now.mockRestore();
    // The first got one in time; ten more were due, from the second on.
    expect(three.map((each) => each.writes)).toEqual([[1, 3], [4], [3]]);
    expect(three[1].publisher.window(0).publishedAt(3)).toBe(1_010);
    expect(three[0].publisher.window(0).publishedAt(3)).toBe(1_009);
  });

  it("counts what finds too much outstanding, or no connection, as unsent", () => {
    const pace = new OpenPace({ ratePerSecond: 1_000, mostOutstanding: 3 });
    const [full, gone] = [publisher(), publisher(false)];
    pace.start([full.publisher, gone.publisher]);
    vi.advanceTimersByTime(19);
    pace.stop();
    expect(full.publisher).toMatchObject({ outstanding: 3, unsent: 7 });
    expect(gone.publisher).toMatchObject({ outstanding: 0, unsent: 10 });
  });
});
