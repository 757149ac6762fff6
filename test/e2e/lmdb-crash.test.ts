import { setTimeout as wait } from "node:timers/promises";
import { LmdbBroker } from "@windlass/broker-lmdb";
import { type Position, silentLogger } from "@windlass/core";
import { expect, it, onTestFinished } from "vitest";
import { below, pick, seededRandom } from "../client/random.ts";
import { ChildProgram } from "../support/child-program.ts";
import {
  type Acknowledged,
  type PublisherLog,
  parsePublisherLog,
  type Trial,
  topicOf,
  trialTopics,
} from "../support/lmdb-trial.ts";
import { tempDir } from "../support/temp-dir.ts";

const { WINDLASS_TEST_LONG, WINDLASS_FUZZ_SEED } = process.env;
const isLong = WINDLASS_TEST_LONG !== undefined;
const rounds = isLong ? 50 : 8;
const seed = Number(WINDLASS_FUZZ_SEED ?? (isLong ? Date.now() % 1e6 : 20_260));

type Random = () => number;

/** Lets a publisher run, and kills it at a random moment. */
async function runAndKill(path: string, round: number, random: Random): Promise<PublisherLog> {
  const program = new ChildProgram("test/support/lmdb-publisher-program.ts", {
    STORE: path,
    ROUND: String(round),
    IN_FLIGHT: String(pick(random, [1, 2, 16, 64])),
    DATA_BYTES: String(pick(random, [10, 100, 3_000, 20_000])),
  });
  onTestFinished(async () => void (await program.stop("SIGKILL")));
  // Some die while they open the store, most while they publish.
  const acknowledged = below(random, 8) === 0 ? 0 : 1 + below(random, 150);
  await program.find(acknowledged === 0 ? /^opening$/m : new RegExp(`^ack ${acknowledged} `, "m"));
  // Not right after an acknowledgement: anywhere within a write.
  await wait(random() * 15);
  expect(await program.stop("SIGKILL")).toEqual({ code: null, signal: "SIGKILL" });
  expect(program.stderr).toBe("");
  return parsePublisherLog(program.stdout);
}

async function open(path: string): Promise<LmdbBroker> {
  const broker = new LmdbBroker({ path });
  await broker.open({ nodeId: "recovered", log: silentLogger, onGap: () => {} });
  return broker;
}

/** A client that comes back after each crash, and asks for what it has missed. */
class RecoveringClient {
  readonly seen: Trial[] = [];
  readonly #topic: string;
  #position: Position | undefined;

  constructor(topic: string) {
    this.#topic = topic;
  }

  async recover(broker: LmdbBroker): Promise<void> {
    const since = this.#position;
    const page = await broker.history(this.#topic, since === undefined ? {} : { since });
    expect(page.gap).toBeUndefined();
    if (since !== undefined) expect(page.position?.epoch).toBe(since.epoch);
    const from = (since?.offset ?? 0) + 1;
    for (const [index, { data, position }] of page.publications.entries()) {
      expect(position).toEqual({ epoch: page.position?.epoch, offset: from + index });
      this.seen.push(String(data).split(" ")[0] as Trial);
    }
    expect(page.position?.offset ?? 0).toBe(this.seen.length);
    this.#position = page.position;
  }

  expectToHaveSeen({ trial, offset, epoch }: Acknowledged): void {
    expect([this.seen[offset - 1], this.#position?.epoch]).toEqual([trial, epoch]);
  }

  /** Those of one publisher are in the order in which it has published them. */
  expectOrderOf(acknowledged: ReadonlySet<Trial>): void {
    const numbers = this.seen.filter((trial) => acknowledged.has(trial)).map(numberOf);
    expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
  }
}

function numberOf(trial: Trial): number {
  return Number(trial.split("-")[1]);
}

/** Publishes again what was not acknowledged, as a publisher does that does not know. */
async function repeat({ tried, acknowledged }: PublisherLog, broker: LmdbBroker): Promise<void> {
  const known = new Set(acknowledged.map(({ trial }) => trial));
  for (const trial of tried.filter((other) => !known.has(other))) {
    const history = { size: 1_000_000, ttlMs: 3_600_000, positionTtlMs: 3_600_000 };
    const idempotency = { key: trial, windowMs: 3_600_000 };
    const publication = { topic: topicOf(trial), data: `${trial} again` };
    await broker.publish(publication, { history, idempotency });
  }
}

it(`keeps every acknowledged publication when it is killed ${rounds} times (seed ${seed})`, async () => {
  const random = seededRandom(seed);
  const path = tempDir();
  const clients = trialTopics.map((topic) => new RecoveringClient(topic));
  const clientOf = (trial: Trial) =>
    clients[trialTopics.indexOf(topicOf(trial))] ?? expect.fail(`no client for ${trial}`);
  const logs: PublisherLog[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const log = await runAndKill(path, round, random);
    logs.push(log);
    const broker = await open(path);
    for (const client of clients) await client.recover(broker);
    for (const one of logs.flatMap(({ acknowledged }) => acknowledged)) {
      clientOf(one.trial).expectToHaveSeen(one);
    }
    await repeat(log, broker);
    for (const client of clients) await client.recover(broker);
    await broker.close();
  }
  const seen = clients.flatMap((client) => client.seen);
  const tried = logs.flatMap((log) => log.tried);
  // Each once, those that were not acknowledged, too.
  expect(seen.toSorted()).toEqual(tried.toSorted());
  for (const { acknowledged } of logs) {
    const known = new Set(acknowledged.map(({ trial }) => trial));
    for (const client of clients) client.expectOrderOf(known);
  }
  const total = logs.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
  expect(total).toBeGreaterThan(rounds * 10);
}, 900_000);
