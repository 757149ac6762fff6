import { afterEach, describe, expect, it } from "vitest";
import { decodeLatencies } from "../worker-share.test-helper.ts";
import { noFaults, Stage } from "./broadcast.test-helper.ts";

const stage = new Stage();

afterEach(() => stage.close());

describe("createBroadcast as an open loop", () => {
  it("sends at its rate and counts all", async () => {
    const { messages, measuredMs } = await stage.run(300, {}, { rate: 2_000, publishers: 2 });
    expect(messages).toMatchObject({ ...noFaults, replies: 5 * messages.requests });
    expect(messages.requests).toBeGreaterThan((measuredMs * 2) / 1.2 - 20);
    expect(messages.requests).toBeLessThan(measuredMs * 2 * 1.2 + 20);
  });

  it("counts latencies from when messages were due", async () => {
    const scenario = await stage.start({}, { rate: 1_000 });
    scenario.measure();
    stage.relay.isHolding = true;
    await stage.relay.more(100);
    stage.relay.letGo();
    await stage.relay.more(10);
    const { messages, latencies } = await scenario.stop();
    const summary = decodeLatencies(latencies);
    expect(messages.missing).toBe(0);
    // The first of the hundred waited for 100 ms, the last for hardly any.
    expect(summary?.maxUs).toBeGreaterThan(80_000);
    expect(summary?.p50Us).toBeGreaterThan(20_000);
  });

  it("counts what is due while too much is outstanding as unsent and missing", async () => {
    const changes = { rate: 20_000, messageBytes: 3, subscribers: 1, drainMs: 1 };
    const scenario = await stage.start({ isHolding: true }, changes);
    scenario.measure();
    let due = 0;
    while (due < 100) {
      await new Promise((resolve) => setImmediate(resolve));
      due += scenario.takeProgress().requests;
    }
    const { messages } = await scenario.stop();
    const { requests } = messages;
    // Three bytes number 32 messages, of which half may be outstanding.
    expect(messages).toMatchObject({
      ...noFaults,
      replies: 0,
      missing: requests,
      unsent: requests - 16,
    });
    expect(messages.expected).toBe(requests);
  });
});
