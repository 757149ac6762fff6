import { expect } from "vitest";
import { ClientStage } from "./client-stage.test-helper.ts";
import { type FakeSocket, settled } from "./fake-network.test-helper.ts";
import type { Subscription } from "./index.ts";

/** What may happen to a client. `number` chooses among what there is. */
export type Happening = (life: RandomLife, number: number) => void;

/** A client to which anything happens, what the test knows of it, and what always holds. */
export class RandomLife {
  readonly stage = new ClientStage({ token: () => "t" });
  readonly promises: Promise<unknown>[] = [];
  readonly #subscriptions: Subscription[] = [];
  readonly #feed = this.stage.client.subscribe("feed", {}, {});
  /** By their number, which is in their data, what cancels the messages that are not settled. */
  readonly #unsettled = new Map<number, AbortController>();
  /** How each message was written first. */
  readonly #written = new Map<number, string>();
  readonly #welcomed = new Set<FakeSocket>();
  readonly #answered: number[] = [];
  #lastSerial = 0;

  /** Lets something happen, and checks what must hold. */
  async live(happening: Happening, number: number): Promise<void> {
    happening(this, number);
    await settled();
    expect(this.stage.network.live.length).toBeLessThanOrEqual(1);
    for (const socket of this.stage.network.sockets) this.#checkSocket(socket);
  }

  open(): void {
    const { last } = this.stage.network;
    if (last.readyState === 0) last.open();
  }

  /** Everything that is not settled, and nothing else, is sent at once, in order. */
  welcome(number: number): void {
    const { last } = this.stage.network;
    if (last.readyState !== 1 || this.#welcomed.has(last)) return;
    this.#welcomed.add(last);
    expect(serialsOn(last)).toEqual([]);
    const unsettled = [...this.#unsettled.keys()];
    const resumed = number % 2 === 0;
    last.receiveFrame({ type: "welcome", connection: "c", resumed, tokenExpiresInMs: number });
    expect(serialsOn(last)).toEqual(unsettled);
    const [hello] = last.frames;
    const ids = messagesOn(last).map(({ id }) => Number(id));
    expect(ids.every((id) => id > Number(hello?.["seen"]))).toBe(true);
  }

  cut(number: number): void {
    const { last } = this.stage.network;
    if (last.isLive) last.end([1001, 1006, 1009, 1012, 4000, 4005][number % 6]);
  }

  /** The server answers one of the messages or subscriptions of this connection, perhaps again. */
  answer(number: number): void {
    const { last } = this.stage.network;
    const asked = last.frames.filter(({ id, type }) => id !== undefined && type !== "cancel");
    const frame = asked[number % (asked.length + 1)];
    if (frame === undefined || last.readyState !== 1) return;
    const id = Number(frame["id"]);
    this.#answered.push(id);
    if (number % 5 === 0) last.receiveFrame({ type: "error", id, code: "no", message: "" });
    else if (frame["type"] === "event") last.receiveFrame({ type: "ack", id });
    else last.receiveFrame({ type: "response", id, data: [] });
  }

  repeatAnswer(number: number): void {
    const id = this.#answered[number % (this.#answered.length + 1)] ?? 99_999;
    const { last } = this.stage.network;
    if (last.readyState === 1) last.receiveFrame({ type: "ack", id });
  }

  order(afterMs: number): void {
    const { last } = this.stage.network;
    if (last.readyState === 1) last.receiveFrame({ type: "reconnect", afterMs });
  }

  deliver(number: number): void {
    const { client } = this.stage;
    const controller = new AbortController();
    const { signal } = controller;
    this.#lastSerial += 1;
    const serial = this.#lastSerial;
    this.#unsettled.set(serial, controller);
    const promise = [
      () => client.send("wave", String(serial)),
      () => this.#feed.publish("item", serial),
      () => client.request("history", { limit: serial }, { timeoutMs: number, signal }),
    ][number % 3]?.();
    if (promise === undefined) return;
    this.promises.push(promise.catch(() => {}).finally(() => this.#unsettled.delete(serial)));
  }

  abort(number: number): void {
    [...this.#unsettled.values()][number % 5]?.abort();
  }

  subscribe(number: number): void {
    const { client } = this.stage;
    const subscription = client.subscribe("room/:name", { name: `r${number % 3}` }, {});
    this.#subscriptions.push(subscription);
    this.promises.push(subscription.ready.catch(() => {}));
  }

  unsubscribe(number: number): void {
    this.#subscriptions[number % 6]?.unsubscribe();
  }

  /** A socket that was given up opens, says something or ends. */
  haunt(number: number): void {
    const { sockets } = this.stage.network;
    const ghost = sockets[number % sockets.length];
    if (ghost === undefined || ghost.isLive) return;
    if (number % 3 === 0 && ghost.readyState === 2) ghost.open();
    else if (number % 3 === 1) ghost.receiveFrame({ type: "ack", id: number % 10 });
    else ghost.end(4501);
  }

  /** On one connection each message is sent once, in order, and the same as on any other. */
  #checkSocket(socket: FakeSocket): void {
    const ids = messagesOn(socket).map(({ id }) => Number(id));
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    expect(socket.frames.filter(({ type }) => type === "hello").length).toBeLessThan(2);
    for (const frame of messagesOn(socket)) {
      const text = JSON.stringify(frame);
      const serial = serialOf(frame);
      expect(this.#written.get(serial) ?? text).toBe(text);
      this.#written.set(serial, text);
    }
  }
}

type Message = Readonly<Record<string, unknown>>;

function messagesOn(socket: FakeSocket): readonly Message[] {
  const types = ["event", "request", "publish"];
  return socket.frames.filter(({ type }) => types.includes(String(type)));
}

function serialsOn(socket: FakeSocket): readonly number[] {
  return messagesOn(socket).map(serialOf);
}

function serialOf({ data }: Message): number {
  return Number(typeof data === "object" ? (data as { readonly limit: number }).limit : data);
}
