import { describe, expect, it } from "vitest";
import type { Client } from "../client.ts";
import { PayloadPool } from "../payload/payload-pool.ts";
import { bareAdapter } from "../worker-share.test-helper.ts";
import { BroadcastPublisher } from "./publisher.ts";

const SHAPE = { messageBytes: 20, format: "text", minimum: 8, budgetBytes: 1 } as const;
const pools = [0, 1].map(
  (publisher) => new PayloadPool({ ...SHAPE, publisher, request: bareAdapter.request("text", 0) }),
);
const [pool] = pools as [PayloadPool];

/** A publisher, and the bytes of each of its writes in messages. */
function publisher(receivers = 2): { publisher: BroadcastPublisher; writes: number[] } {
  const writes: number[] = [];
  const send = (frames: Buffer) => writes.push(frames.length / pool.frameBytes);
  const client = { isOpen: true, send } as Partial<Client> as Client;
  return { publisher: new BroadcastPublisher(client, 0, { receivers }, pools), writes };
}

describe("BroadcastPublisher", () => {
  it("sends many messages in as few writes as the pool allows", () => {
    const { publisher: publishing, writes } = publisher();
    publishing.send(20, 0, 0);
    expect(writes).toEqual([8, 8, 4]);
  });

  it("remembers when each message was due", () => {
    const { publisher: publishing } = publisher();
    publishing.send(10, 1_000, 5);
    const window = publishing.window(0);
    expect([0, 1, 9].map((number) => window.publishedAt(number))).toEqual([1_000, 1_005, 1_045]);
  });

  it("has outstanding what a receiver lacks, until it gives up", () => {
    const { publisher: publishing } = publisher();
    publishing.send(2, 0, 0);
    publishing.window(0).settle(0);
    expect(publishing.outstanding).toBe(2);
    publishing.window(0).settle(0);
    expect(publishing.outstanding).toBe(1);
    publishing.giveUp();
    expect(publishing.outstanding).toBe(0);
  });

  it("begins anew with the measured phase", () => {
    const { publisher: publishing } = publisher();
    publishing.send(3, 0, 0);
    publishing.skip(2);
    publishing.measure();
    expect(publishing).toMatchObject({ outstanding: 0, published: 0, unsent: 0 });
    publishing.send(2, 0, 0);
    expect(publishing).toMatchObject({ outstanding: 2, published: 2 });
  });

  it("cannot send when nobody in this worker would get it", () => {
    expect([publisher().publisher.canSend, publisher(0).publisher.canSend]).toEqual([true, false]);
  });
});
