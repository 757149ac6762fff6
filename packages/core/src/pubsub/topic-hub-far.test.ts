import fc from "fast-check";
import { expect, it } from "vitest";
import type { Position } from "../contract/publication.ts";
import type { LocalPublication } from "../contract/topics.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { RecordingLogger } from "../testing/recording-logger.ts";
import { Audience, dataOf, kept, settle, stage } from "./hub-stage.test-helper.ts";
import { MemoryBroker } from "./memory-broker.ts";
import { SlowBroker } from "./slow-broker.test-helper.ts";
import { TopicHub } from "./topic-hub.ts";

it("rejects a listener that the broker does not take", async () => {
  const broker = new MemoryBroker();
  const { hub } = stage(undefined, broker, true);
  await broker.close();
  await expect(hub.listen("$own", () => {})).rejects.toMatchObject({ code: "ERR_APP_STATE" });
  expect(hub.topicCount).toBe(0);
});

it("tries again to subscribe where the broker has failed, and says that something may be missed", async () => {
  const clock = new ManualClock();
  const broker = new FailingBroker();
  const hub = new TopicHub({ broker, isDistributed: true, maxRecovered: 5, clock });
  const audience = new Audience();
  hub.addAudience(audience);
  hub.retain("t");
  await settle();
  const enter = (): never => expect.fail("there is no subscription");
  await expect(hub.recover("t", undefined, enter)).rejects.toThrow("not now");
  const heard = audience.enter("t");
  broker.isBroken = false;
  clock.advance(1_000);
  await settle();
  expect(audience.gaps).toEqual(["t"]);
  await hub.publish("t", "x");
  expect(dataOf(heard)).toEqual(["x"]);
  hub.release("t");
  expect(clock.pendingTimers).toBe(0);
});

it("does not remember more than may be recovered while a history is read", async () => {
  const broker = new SlowBroker();
  const hub = new TopicHub({ broker, isDistributed: true, maxRecovered: 5 });
  hub.addAudience(new Audience());
  hub.addPolicies(() => kept);
  const { position: since } = await hub.publish("t", "0");
  hub.retain("t");
  broker.step("call");
  await settle();
  const gaps: unknown[] = [];
  void hub.recover("t", since, ({ gap }) => gaps.push(gap));
  await settle();
  broker.step("call");
  for (let number = 1; number <= 6; number += 1) await hub.publish("t", `${number}`);
  while (broker.step("delivery")) await settle();
  while (broker.step("call")) await settle();
  await settle();
  expect(gaps).toEqual(["limit"]);
});

it("takes what the history says after a loss, and who is ahead of this node at their word", async () => {
  const broker = new SlowBroker();
  const { hub } = stage(kept, broker as never, true);
  await hub.open("n", new RecordingLogger());
  const { position } = await hub.publish("t", "1");
  hub.retain("t");
  broker.step("call");
  await settle();
  await hub.publish("t", "2");
  const seen: unknown[] = [];
  const recover = async (since: Position | undefined): Promise<void> => {
    void hub.recover("t", since, ({ publications, position: at, gap }) => {
      seen.push([dataOf(publications), at?.offset, gap]);
    });
    await settle();
    while (broker.step("call")) await settle();
  };
  await recover(position && { ...position, offset: 2 });
  broker.host?.onGap("t");
  await recover(position);
  expect(seen).toEqual([
    [[], 2, undefined],
    [["2"], 2, undefined],
  ]);
});

it("publishes nothing after it is closed", async () => {
  const { hub } = stage(undefined);
  await hub.close();
  await expect(hub.publish("t", "x")).rejects.toMatchObject({ code: "ERR_APP_STATE" });
});

it("tells its audiences of what is lost", async () => {
  const broker = new SlowBroker();
  const { hub, audience } = stage(kept, broker as never, true);
  await hub.open("n", new RecordingLogger());
  broker.host?.onGap("t");
  expect(audience.gaps).toEqual(["t"]);
});

it("logs what nobody awaits, and rejects for who does", async () => {
  const broker = new MemoryBroker();
  const { hub } = stage(undefined, broker, true);
  const log = new RecordingLogger();
  await hub.open("n", log);
  await broker.close();
  await expect(hub.publish("t", "x")).rejects.toMatchObject({ code: "ERR_APP_STATE" });
  expect(log.lines).toContainEqual(expect.objectContaining({ message: "publish() failed" }));
});

/** Takes no subscription as long as it is broken. */
class FailingBroker extends MemoryBroker {
  isBroken = true;

  override async subscribe(...args: Parameters<MemoryBroker["subscribe"]>) {
    if (this.isBroken) throw new Error("not now");
    return await super.subscribe(...args);
  }
}

/** A topic on a broker that is far away, and subscribers that come back to it. */
class FarTopic {
  readonly runs: Promise<LocalPublication[]>[] = [];
  published = 0;
  readonly #broker = new SlowBroker();
  readonly #audience = new Audience();
  readonly #hub = new TopicHub({ broker: this.#broker, isDistributed: true, maxRecovered: 1_000 });
  #since: Position | undefined;
  #users = 0;

  constructor() {
    this.#hub.addAudience(this.#audience);
    this.#hub.addPolicies(() => kept);
  }

  async run(command: "publish" | "call" | "delivery" | "enter" | "leave"): Promise<void> {
    if (command === "publish") await this.#publish();
    else if (command === "enter") this.#enter();
    else if (command === "leave") this.#leave();
    else this.#broker.step(command);
    await settle();
  }

  /** Until nothing is under way any more. */
  async finish(): Promise<void> {
    for (let idle = 0; idle < 3; idle += 1) {
      while (this.#broker.step("call") || this.#broker.step("delivery")) await settle();
      await settle();
    }
  }

  async #publish(): Promise<void> {
    const { position } = await this.#hub.publish("t", `${this.published}`);
    this.#since ??= position;
    this.published += 1;
  }

  #enter(): void {
    const since = this.#since;
    this.#hub.retain("t");
    this.#users += 1;
    const entering = new Promise<LocalPublication[]>((resolve, reject) => {
      const recovering = this.#hub.recover("t", since, ({ publications, gap }) => {
        expect(gap).toBeUndefined();
        resolve(this.#audience.enter("t", publications));
      });
      recovering?.catch(reject);
    });
    // Looked at in the end.
    entering.catch(() => {});
    this.runs.push(entering);
  }

  /** Somebody leaves; others keep the topic. */
  #leave(): void {
    if (this.#users < 2) return;
    this.#hub.release("t");
    this.#users -= 1;
  }
}

it("brings each publication once and in order to who enters while publications go on", async () => {
  const command = fc.constantFrom("publish", "call", "call", "delivery", "enter", "leave");
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 60 }), async (commands) => {
      const topic = new FarTopic();
      for (const next of ["publish", ...commands] as const) await topic.run(next);
      await topic.finish();
      const missed = Array.from({ length: topic.published - 1 }, (_, index) => index + 2);
      for (const heard of await Promise.all(topic.runs)) {
        expect(heard.map(({ position }) => position?.offset)).toEqual(missed);
      }
    }),
    { numRuns: 200 },
  );
});
