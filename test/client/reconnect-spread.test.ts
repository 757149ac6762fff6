import { App, ProtocolComponent } from "@windlass/app";
import {
  type ClientOptions,
  connect,
  type ProtocolClient,
  type ReconnectingEvent,
} from "@windlass/client";
import { defineProtocol } from "@windlass/protocol";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { freePort } from "../support/free-port.ts";
import { MemoryLogger } from "../support/memory-logger.ts";
import { SocketWatch } from "./socket-watch.ts";

const isLong = process.env["WINDLASS_TEST_LONG"] !== undefined;
const clientCount = isLong ? 4_000 : 1_000;
/** How many of them connect at first at the same time. */
const batchSize = 100;
const minDelayMs = 100;
const maxDelayMs = 200;
/** Attempts of every client that fail before the server is there again. */
const failures = isLong ? 6 : 3;
const buckets = 10;
/**
 * Above this the sum over ten buckets is by chance in less than one of ten million cases
 * (chi-square, nine degrees of freedom).
 */
const chiSquareBound = 52;

const empty = defineProtocol({ server: {} });

/** A client and what happens to it. */
class JitteredClient {
  readonly client: ProtocolClient<typeof empty>;
  readonly sockets = new SocketWatch(WebSocket);
  readonly waits: ReconnectingEvent[] = [];
  opened = 0;
  /** By how much an attempt came before its time, at most. */
  earliestMs = 0;

  constructor(url: string, onChange: () => void) {
    const options: ClientOptions = {
      WebSocket: this.sockets.WebSocket,
      reconnect: { minDelayMs, maxDelayMs },
    };
    this.client = connect(empty, url, options);
    onTestFinished(() => this.client.close());
    let dueAtMs = 0;
    this.client.onStateChange((event) => {
      if (event.state === "open") this.opened += 1;
      if (event.state === "connecting") {
        this.earliestMs = Math.max(this.earliestMs, dueAtMs - performance.now());
      }
      if (event.state === "reconnecting") {
        this.waits.push(event);
        dueAtMs = performance.now() + event.delayMs;
      }
      onChange();
    });
  }
}

/** Clients of one server, and a way to wait until something holds for all of them. */
class Crowd {
  readonly clients: JitteredClient[] = [];
  readonly #waiting = new Set<() => void>();

  async join(url: string, count: number): Promise<void> {
    const onChange = (): void => {
      for (const resolve of this.#waiting) resolve();
      this.#waiting.clear();
    };
    const newcomers = Array.from({ length: count }, () => new JitteredClient(url, onChange));
    this.clients.push(...newcomers);
    await Promise.all(newcomers.map(({ client }) => client.opened()));
  }

  async all(holds: (client: JitteredClient) => boolean): Promise<void> {
    for (const client of this.clients) {
      while (!holds(client)) {
        await new Promise<void>((resolve) => this.#waiting.add(resolve));
      }
    }
  }
}

async function startServer(port: number) {
  let opened = 0;
  const component = new ProtocolComponent(empty, {
    onOpen() {
      opened += 1;
    },
  });
  const app = new App("", port, "127.0.0.1", { logger: new MemoryLogger() });
  app.route("/", component, ["*"], { missingOrigin: "allow" });
  await app.run();
  const close = (): Promise<void> => app.close({ graceMs: 10_000 });
  onTestFinished(close);
  return { component, close, opened: () => opened };
}

/** How the waits of one attempt lie between nothing and their upper end. */
function histogram(waits: readonly ReconnectingEvent[]): readonly number[] {
  const counts = Array.from({ length: buckets }, () => 0);
  for (const { attempt, delayMs } of waits) {
    const endMs = Math.min(maxDelayMs, minDelayMs * 2 ** (attempt - 1));
    const bucket = Math.floor((buckets * delayMs) / endMs);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return counts;
}

function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / buckets;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

const title = `${clientCount.toLocaleString("en")} clients spread their reconnects after a restart of the server`;

test(title, { timeout: 120_000 }, async ({ annotate }) => {
  // Not port 0, which nobody else could bind while a client lingers.
  const port = await freePort();
  const first = await startServer(port);
  const crowd = new Crowd();
  for (let joined = 0; joined < clientCount; joined += batchSize) {
    await crowd.join(`ws://127.0.0.1:${port}/`, batchSize);
  }
  await first.close();
  await crowd.all(({ waits }) => waits.length >= failures);

  for (let attempt = 1; attempt <= failures; attempt += 1) {
    const waits = crowd.clients.flatMap(({ waits: all }) =>
      all.filter((wait) => wait.attempt === attempt),
    );
    const counts = histogram(waits);
    await annotate(`waits before attempt ${attempt}: ${counts.join(" ")}`, "figures");
    expect(waits).toHaveLength(clientCount);
    expect(counts).toHaveLength(buckets);
    expect(chiSquare(counts), `attempt ${attempt}: ${counts}`).toBeLessThan(chiSquareBound);
  }

  const second = await startServer(port);
  await crowd.all(({ opened }) => opened === 2);
  expect(second.opened()).toBe(clientCount);
  expect(second.component.connections.size).toBe(clientCount);
  expect(Math.max(...crowd.clients.map(({ sockets }) => sockets.maxAlive))).toBe(1);
  // Timers may fire up to a millisecond early.
  expect(Math.max(...crowd.clients.map(({ earliestMs }) => earliestMs))).toBeLessThan(3);
});
