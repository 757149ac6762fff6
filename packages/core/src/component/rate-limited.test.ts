import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { Clock } from "../contract/clock.ts";
import type { Connection } from "../contract/connection.ts";
import type { CloseEvent, Disconnect } from "../contract/disconnect.ts";
import { Disconnects } from "../contract/disconnects.ts";
import { silentLogger } from "../contract/logger.ts";
import { ReceivedMessage } from "../contract/received-message.ts";
import { type RateLimit, rateLimited } from "./rate-limited.ts";

const closeEvent: CloseEvent = { code: 1000, reason: "", wasClean: true, cause: "peer" };

class FakeConnection {
  readonly closedWith: unknown[] = [];
  readonly log = silentLogger;
  state = "open";
  close(disconnect?: Disconnect | number): void {
    this.closedWith.push(disconnect);
    this.state = "closed";
  }
}

class Scene {
  nowMs = 0;
  readonly onMessage = vi.fn();
  readonly onClose = vi.fn();
  readonly #component;

  constructor(limit: RateLimit) {
    const nothing = () => () => {};
    const clock: Clock = { now: () => this.nowMs, every: nothing, after: nothing };
    this.#component = rateLimited(
      { onMessage: this.onMessage, onClose: this.onClose },
      limit,
      clock,
    );
  }

  /** Sends a message and tells whether it passed. */
  send(from: FakeConnection, bytes = 1): boolean {
    const before = this.onMessage.mock.calls.length;
    const message = new ReceivedMessage(new ArrayBuffer(bytes), true);
    this.#component.onMessage(from as unknown as Connection, message);
    return this.onMessage.mock.calls.length > before;
  }

  close(connection: FakeConnection): void {
    this.#component.onClose?.(connection as unknown as Connection, closeEvent);
  }
}

describe("rateLimited", () => {
  it("lets a burst of two seconds' worth pass and closes at the next message", () => {
    const scene = new Scene({ messagesPerSecond: 2 });
    const connection = new FakeConnection();
    const passed = [1, 2, 3, 4, 5].map(() => scene.send(connection));
    expect(passed).toEqual([true, true, true, true, false]);
    expect(connection.closedWith).toEqual([Disconnects.RateLimited]);
  });

  it("fills up again with time, up to the burst", () => {
    const scene = new Scene({ messagesPerSecond: 2, messageBurst: 1 });
    const connection = new FakeConnection();
    expect(scene.send(connection)).toBe(true);
    scene.nowMs = 500;
    expect(scene.send(connection)).toBe(true);
    scene.nowMs = 60_000;
    expect([scene.send(connection), scene.send(connection)]).toEqual([true, false]);
  });

  it("lets at least one message pass at very low rates", () => {
    const scene = new Scene({ messagesPerSecond: 0.1 });
    const connection = new FakeConnection();
    expect(scene.send(connection)).toBe(true);
    scene.nowMs = 10_000;
    expect(scene.send(connection)).toBe(true);
    scene.nowMs = 19_000;
    expect(scene.send(connection)).toBe(false);
  });

  it("limits bytes as well", () => {
    const scene = new Scene({ bytesPerSecond: 100, byteBurst: 150 });
    const connection = new FakeConnection();
    expect(scene.send(connection, 150)).toBe(true);
    expect(scene.send(connection, 0)).toBe(true);
    scene.nowMs = 1000;
    expect(scene.send(connection, 100)).toBe(true);
    expect(scene.send(connection, 1)).toBe(false);
    expect(connection.closedWith).toEqual([
      { code: 4002, reason: "rate limited", cause: "policy" },
    ]);
  });

  it("counts each connection by itself", () => {
    const scene = new Scene({ messagesPerSecond: 1, messageBurst: 1 });
    const [a, b] = [new FakeConnection(), new FakeConnection()];
    expect([scene.send(a), scene.send(b), scene.send(a)]).toEqual([true, true, false]);
    expect(b.closedWith).toEqual([]);
  });

  it("closes once, whatever still arrives", () => {
    const scene = new Scene({ messagesPerSecond: 1, messageBurst: 1 });
    const connection = new FakeConnection();
    for (let count = 0; count < 5; count += 1) scene.send(connection);
    expect(connection.closedWith).toHaveLength(1);
    expect(scene.onMessage).toHaveBeenCalledTimes(1);
  });

  it("forgets a connection that closed and passes the close on", () => {
    const scene = new Scene({ messagesPerSecond: 1, messageBurst: 1 });
    const connection = new FakeConnection();
    scene.send(connection);
    scene.close(connection);
    expect(scene.onClose).toHaveBeenCalledExactlyOnceWith(connection, closeEvent);
    expect(scene.send(connection)).toBe(true);
  });

  it("is the component itself when there is nothing to limit", () => {
    const component = { onMessage: () => undefined };
    expect(rateLimited(component, {})).toBe(component);
  });

  it("returns what the component returns", () => {
    const result = Promise.resolve();
    const limited = rateLimited({ onMessage: () => result }, { messagesPerSecond: 1 });
    const message = new ReceivedMessage(new ArrayBuffer(1), true);
    expect(limited.onMessage(new FakeConnection() as unknown as Connection, message)).toBe(result);
  });

  it.each<[RateLimit, string]>([
    [{ messagesPerSecond: 0 }, "rateLimit.messagesPerSecond"],
    [{ messagesPerSecond: Number.NaN }, "rateLimit.messagesPerSecond"],
    [{ bytesPerSecond: Number.POSITIVE_INFINITY }, "rateLimit.bytesPerSecond"],
    [{ messagesPerSecond: 1, messageBurst: 0.5 }, "rateLimit.messageBurst"],
    [{ byteBurst: 10 }, "rateLimit.byteBurst"],
  ])("refuses the limit %o", (limit, option) => {
    expect(() => rateLimited({ onMessage: () => undefined }, limit)).toThrow(
      expect.objectContaining({
        code: "ERR_OPTION_INVALID",
        details: expect.objectContaining({ option }),
      }),
    );
  });

  it("never lets more pass than the burst and the rate allow together", () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 2000 }), { maxLength: 50 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), gaps, (messagesPerSecond, gapsMs) => {
        const scene = new Scene({ messagesPerSecond });
        const connection = new FakeConnection();
        let passed = 0;
        for (const gapMs of gapsMs) {
          scene.nowMs += gapMs;
          if (!scene.send(connection)) break;
          passed += 1;
        }
        const allowed = messagesPerSecond * 2 + (scene.nowMs / 1000) * messagesPerSecond;
        expect(passed).toBeLessThanOrEqual(allowed + 1e-6);
      }),
    );
  });
});
