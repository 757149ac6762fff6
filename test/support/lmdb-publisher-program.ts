import { writeSync } from "node:fs";
import { LmdbBroker } from "@windlass/broker-lmdb";
import { silentLogger } from "@windlass/core";
import { type Trial, topicOf } from "./lmdb-trial.ts";

/*
 * Publishes until it is killed. A line says what it is going to publish, before, and another one where
 * it is, after `publish` has resolved. They are written at once, so that none is lost with the process.
 */
const { STORE = "", ROUND = "0", IN_FLIGHT = "1", DATA_BYTES = "100" } = process.env;

function say(line: string): void {
  for (;;) {
    try {
      // A line is so short that it goes as a whole or not at all.
      writeSync(1, `${line}\n`);
      return;
    } catch (error) {
      // The pipe is full: who reads it is slower.
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
    }
  }
}

say("opening");
const broker = new LmdbBroker({ path: STORE, sweepIntervalMs: 10 });
await broker.open({ nodeId: "publisher", log: silentLogger, onGap: () => {} });
say(`opened ${process.pid}`);

const history = { size: 1_000_000, ttlMs: 3_600_000, positionTtlMs: 3_600_000 };
const filler = "x".repeat(Number(DATA_BYTES));
let next = 0;
let acknowledged = 0;

async function publishOne(): Promise<void> {
  next += 1;
  const trial: Trial = `${ROUND}-${next}`;
  say(`try ${trial}`);
  const publication = { topic: topicOf(trial), data: `${trial} ${filler}` };
  const idempotency = { key: trial, windowMs: 3_600_000 };
  const { position } = await broker.publish(publication, { history, idempotency });
  acknowledged += 1;
  say(`ack ${acknowledged} ${trial} ${position?.offset} ${position?.epoch}`);
}

async function publishOn(): Promise<never> {
  for (;;) await publishOne();
}

await Promise.all(Array.from({ length: Number(IN_FLIGHT) }, publishOn));
