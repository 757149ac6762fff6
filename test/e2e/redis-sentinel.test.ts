import type { RedisBrokerOptions } from "@windlass/broker-redis";
import { expect, onTestFinished, test, vi } from "vitest";
import { installTimeoutMs } from "../support/debian-package.ts";
import { HeardPublications, openNode } from "../support/redis-node.ts";
import { RedisSentinelSet } from "../support/redis-sentinel.ts";

const history = { size: 1_000, ttlMs: 600_000, positionTtlMs: 600_000 };

test(
  "goes on with the replica when the master dies, without a gap",
  async () => {
    const set = await RedisSentinelSet.start();
    onTestFinished(async () => set.stop());
    const { masterName } = RedisSentinelSet;
    const options: RedisBrokerOptions = {
      sentinel: { masterName, urls: ["redis://127.0.0.1:1", set.url] },
      reconnectMaxDelayMs: 200,
    };
    const nodes = [await openNode(options), await openNode(options)] as const;
    onTestFinished(async () => {
      for (const { broker } of nodes) await broker.close();
    });
    const [first, second] = nodes;
    const heard = new HeardPublications();
    await second.broker.subscribe("news", heard.listen);
    const publish = (data: string) => first.broker.publish({ topic: "news", data }, { history });
    const before = await publish("1");
    await heard.until("1");
    // Replication is not waited for by a publication: so that the replica has it, it is waited for here.
    await vi.waitFor(async () => {
      const length = await set.replica.cli("XLEN", "windlass:topic:{news}:log");
      expect(length).toBe("1");
    });
    await set.master.kill();
    const after = await vi.waitFor(() => publish("2"), { timeout: 20_000, interval: 100 });
    expect(await heard.until("2")).toEqual(["1", "2"]);
    expect(after.position).toEqual({ epoch: before.position?.epoch, offset: 2 });
    expect([first.gaps, second.gaps]).toEqual([[], []]);
    expect(first.broker.health.state).toBe("ready");
  },
  installTimeoutMs,
);

test("says what is wrong when no Sentinel knows the master", async () => {
  const set = await RedisSentinelSet.start();
  onTestFinished(async () => set.stop());
  const opening = openNode({
    sentinel: { masterName: "other", urls: [set.url, "redis://127.0.0.1:1"] },
  });
  await expect(opening).rejects.toMatchObject({
    code: "ERR_BROKER_UNAVAILABLE",
    message: expect.stringMatching(/knows no master "other"; 127\.0\.0\.1:1: .*ECONNREFUSED/),
  });
});
