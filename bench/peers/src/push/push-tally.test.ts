import { describe, expect, it } from "vitest";
import { PushTally } from "./push-tally.ts";

const done = { status: 200, body: "{}" };
const used = { status: 409, body: "ERR_NONCE_REUSED" };

/** A tally of the span from 1,000 to 3,000 ms. */
function tallyOfSpan(): PushTally {
  const tally = new PushTally();
  tally.begin(1_000);
  tally.end(3_000);
  return tally;
}

describe("PushTally", () => {
  it("measures from when a request was due, also where it was sent late", () => {
    const tally = tallyOfSpan();
    tally.noteSent(1_000, 1_300);
    tally.noteAnswer(done, 1_000, 1_500);
    const { latency, lateness, answeredPerSecond } = tally.figures(1);
    expect(latency).toEqual({ p50Us: 500_000, p99Us: 500_000 });
    expect(lateness).toEqual({ p50Us: 300_000, p99Us: 300_000 });
    expect(answeredPerSecond).toBe(0.5);
  });

  it("leaves out of the latencies what was due before the span or after it, but counts it", () => {
    const tally = tallyOfSpan();
    for (const [dueMs, answeredMs] of [
      [999, 1_001],
      [2_999, 3_009],
      [3_000, 3_500],
    ] as const) {
      tally.noteSent(dueMs, dueMs);
      tally.noteAnswer(done, dueMs, answeredMs);
    }
    const { latency, accepted, answeredPerSecond, failures } = tally.figures(3);
    expect(latency).toEqual({ p50Us: 10_000, p99Us: 10_000 });
    expect([accepted, answeredPerSecond, failures]).toEqual([3, 0.5, []]);
  });

  it("counts other statuses, and quotes the first refusal", () => {
    const tally = tallyOfSpan();
    for (const answer of [done, used, { status: 503, body: "busy" }, used]) {
      tally.noteSent(2_000, 2_000);
      tally.noteAnswer(answer, 2_000, 2_001);
    }
    const { otherStatuses, accepted, failures } = tally.figures(4);
    expect([...otherStatuses]).toEqual([
      [409, 2],
      [503, 1],
    ]);
    expect(accepted).toBe(1);
    expect(failures).toEqual([
      "3 of 4 requests were refused, the first with 409: ERR_NONCE_REUSED",
    ]);
  });

  it("tells of what was not answered and of connections that were lost", () => {
    const tally = tallyOfSpan();
    tally.noteSent(2_000, 2_000);
    for (let count = 0; count < 5; count += 1) tally.noteLoss("reset");
    expect(tally.figures(3).failures).toEqual([
      "3 of 3 requests had no answer, 2 of which could not even be sent; ask for a lower --rate",
      "5 HTTP connections were lost: reset",
    ]);
  });

  it("has no figures before it was told of a span", () => {
    const tally = new PushTally();
    tally.noteSent(1, 1);
    tally.noteAnswer(done, 1, 2);
    expect(tally.figures(1)).toMatchObject({
      answeredPerSecond: 0,
      latency: undefined,
      accepted: 1,
      failures: [],
    });
  });
});
