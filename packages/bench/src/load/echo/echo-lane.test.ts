import { describe, expect, it } from "vitest";
import type { Client } from "../client.ts";
import { echoSettings } from "../echo-share.test-helper.ts";
import { MessageTally } from "../fleet/message-tally.ts";
import { bareAdapter } from "../worker-share.test-helper.ts";
import { EchoLane } from "./echo-lane.ts";
import { createEchoPayloads } from "./echo-payloads.ts";

const { pool } = createEchoPayloads(echoSettings("ws://127.0.0.1:1/"), bareAdapter);

/** A lane, and the bytes of each of its writes in messages. */
function open() {
  const writes: number[] = [];
  const send = (frames: Buffer) => writes.push(frames.length / pool.frameBytes);
  const tally = new MessageTally();
  const client = { isOpen: true, send } as Partial<Client> as Client;
  return { lane: new EchoLane(client, pool, tally), tally, writes };
}

describe("EchoLane", () => {
  it("notes for each message when it was due, as far back as any can be outstanding", () => {
    const { lane } = open();
    lane.send(4, 1_000, 2);
    expect([0, 1, 3].map((number) => lane.sentAt(number))).toEqual([1_000, 1_002, 1_006]);
    lane.send(lane.capacity - 3, 2_000, 0);
    expect([0, 1, 4].map((number) => lane.sentAt(number))).toEqual([Number.NaN, 1_002, 2_000]);
  });

  it("sends in as few writes as the pool allows", () => {
    const { lane, writes } = open();
    lane.send(2 * pool.longestRun + 1, 0, 0);
    expect(writes).toEqual([pool.longestRun, pool.longestRun, 1]);
  });

  it("counts what could not be sent as requests that are missing", () => {
    const { lane, tally } = open();
    lane.send(2, 0, 0);
    lane.skip(3);
    lane.giveUp();
    expect(tally).toMatchObject({ requests: 5, replies: 0, missing: 5, unsent: 3 });
  });
});
