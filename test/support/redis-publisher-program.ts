// Publishes until it is killed, and says of each publication when it tries it and when it was acknowledged.
// What was rejected is published again, with the same idempotency key, before anything else.
import { writeSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { RedisBroker } from "@windlass/broker-redis";
import { silentLogger } from "@windlass/core";
import { below, seededRandom } from "../client/random.ts";
import { crashTopics, crashTuning, keepAll } from "./redis-crash.ts";

const { REDIS_URL = "", PUBLISHER = "", SEED = "0" } = process.env;
const random = seededRandom(Number(SEED));
const broker = new RedisBroker({ url: REDIS_URL, ...crashTuning });

let acknowledged = 0;

const pause = new Int32Array(new SharedArrayBuffer(4));

/** At once, so that nothing said is lost when this is killed; waits for a reader who is busy. */
function say(...words: readonly (string | number)[]): void {
  const line = Buffer.from(`${words.join(" ")}\n`);
  for (let written = 0; written < line.length; ) {
    try {
      written += writeSync(1, line, written);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}

async function publish(number: number): Promise<boolean> {
  const data = `${PUBLISHER}-${number}`;
  const topic = crashTopics[number % crashTopics.length] ?? "";
  try {
    const policy = { history: keepAll, idempotency: { key: data, windowMs: 3_600_000 } };
    const { position } = await broker.publish({ topic, data }, policy);
    acknowledged += 1;
    say("ack", acknowledged, data, position?.epoch ?? "none", position?.offset ?? 0);
    return true;
  } catch {
    return false;
  }
}

while (!broker.health.state.includes("ready")) {
  try {
    await broker.open({ nodeId: PUBLISHER, log: silentLogger, onGap: () => {} });
  } catch {
    await wait(20);
  }
}

for (let number = 0; ; ) {
  const size = 1 + below(random, 30);
  let left = Array.from({ length: size }, (_, index) => number + index);
  number += size;
  for (const each of left) say("try", `${PUBLISHER}-${each}`);
  while (left.length > 0) {
    const isDone = await Promise.all(left.map(publish));
    left = left.filter((_, index) => !isDone[index]);
    if (left.length > 0) await wait(10);
  }
}
