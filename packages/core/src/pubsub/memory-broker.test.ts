import { describe, expect, it, vi } from "vitest";
import type { Publication, PublicationListener } from "../contract/broker.ts";
import { type ListenerErrorHandler, MemoryBroker } from "./memory-broker.ts";

function broker(onListenerError: ListenerErrorHandler = (error) => expect.fail(error.message)) {
  return new MemoryBroker(onListenerError);
}

/** A listener that keeps what it hears in `heard`. */
function listener(): ((publication: Publication) => void) & { heard: Publication["data"][] } {
  const heard: Publication["data"][] = [];
  return Object.assign(({ data }: Publication) => void heard.push(data), { heard });
}

describe("MemoryBroker", () => {
  it("delivers to every listener of the topic, once, and to no other", async () => {
    const memory = broker();
    const [a, b, other] = [listener(), listener(), listener()];
    await memory.subscribe("t", a);
    await memory.subscribe("t", a);
    await memory.subscribe("t", b);
    await memory.subscribe("other", other);
    await memory.publish({ topic: "t", data: "1" });
    expect([a.heard, b.heard, other.heard]).toEqual([["1"], ["1"], []]);
  });

  it("resolves when nobody listens", async () => {
    await expect(broker().publish({ topic: "t", data: "1" })).resolves.toBeUndefined();
  });

  it("keeps the order of publish calls", async () => {
    const memory = broker();
    const a = listener();
    await memory.subscribe("t", a);
    const texts = Array.from({ length: 100 }, (_, index) => String(index));
    await Promise.all(texts.map((data) => memory.publish({ topic: "t", data })));
    expect(a.heard).toEqual(texts);
  });

  it("gives all listeners the same order when one of them publishes", async () => {
    const memory = broker();
    const a = listener();
    const b = listener();
    await memory.subscribe("t", (publication) => {
      a(publication);
      if (publication.data === "1") void memory.publish({ topic: "t", data: "2" });
    });
    await memory.subscribe("t", b);
    await memory.publish({ topic: "t", data: "1" });
    await memory.publish({ topic: "t", data: "3" });
    expect(a.heard).toEqual(["1", "2", "3"]);
    expect(b.heard).toEqual(["1", "2", "3"]);
  });

  it.each([
    ["a Buffer", (bytes: number[]) => Buffer.from(bytes)],
    ["a Uint8Array", (bytes: number[]) => new Uint8Array(bytes)],
    ["a part of a larger buffer", (bytes: number[]) => new Uint8Array([0, ...bytes]).subarray(1)],
  ])("copies the bytes of %s before it resolves", async (_, make) => {
    const memory = broker();
    const a = listener();
    await memory.subscribe("t", a);
    const data = make([1, 2, 3]);
    await memory.publish({ topic: "t", data });
    data.fill(9);
    expect(a.heard).toEqual([new Uint8Array([1, 2, 3])]);
  });

  it("does not deliver to a listener that subscribes after the publish call", async () => {
    const memory = broker();
    const late = listener();
    await memory.subscribe("t", ({ data }) => {
      if (data !== "1") return;
      void memory.publish({ topic: "t", data: "2" });
      void memory.subscribe("t", late);
    });
    await memory.publish({ topic: "t", data: "1" });
    expect(late.heard).toEqual([]);
    await memory.publish({ topic: "t", data: "3" });
    expect(late.heard).toEqual(["3"]);
  });

  it("does not call a listener after it is unsubscribed, even during a delivery", async () => {
    const memory = broker();
    const b = listener();
    await memory.subscribe("t", () => void memory.unsubscribe("t", b));
    await memory.subscribe("t", b);
    await memory.publish({ topic: "t", data: "1" });
    await memory.publish({ topic: "t", data: "2" });
    expect(b.heard).toEqual([]);
  });

  it("reports a listener that throws and goes on with the others", async () => {
    const onListenerError = vi.fn();
    const memory = broker(onListenerError);
    const b = listener();
    const rejecting: unknown = () => Promise.reject(new Error("broken later"));
    await memory.subscribe("t", () => {
      throw new Error("broken");
    });
    await memory.subscribe("t", rejecting as PublicationListener);
    await memory.subscribe("t", b);
    await memory.publish({ topic: "t", data: "1" });
    await memory.publish({ topic: "t", data: "2" });
    await new Promise((resolve) => setImmediate(resolve));
    expect(b.heard).toEqual(["1", "2"]);
    expect(onListenerError).toHaveBeenCalledTimes(4);
    expect(onListenerError).toHaveBeenCalledWith(new Error("broken"), "t");
    expect(onListenerError).toHaveBeenCalledWith(new Error("broken later"), "t");
  });

  it("goes on when the report fails as well", async () => {
    const memory = broker(() => {
      throw new Error("the log is full");
    });
    const b = listener();
    await memory.subscribe("t", () => {
      throw new Error("broken");
    });
    await memory.subscribe("t", b);
    await memory.publish({ topic: "t", data: "1" });
    await memory.publish({ topic: "t", data: "2" });
    expect(b.heard).toEqual(["1", "2"]);
  });

  it("forgets topics without listeners", async () => {
    const memory = broker();
    const [a, b] = [listener(), listener()];
    await memory.subscribe("t", a);
    await memory.subscribe("t", b);
    await memory.unsubscribe("t", a);
    expect(memory.topicCount).toBe(1);
    await memory.unsubscribe("t", b);
    await memory.unsubscribe("t", b);
    await memory.unsubscribe("never", b);
    expect(memory.topicCount).toBe(0);
  });

  it("rejects after close and delivers nothing more", async () => {
    const memory = broker();
    const a = listener();
    await memory.subscribe("t", () => void memory.close());
    await memory.subscribe("t", a);
    await memory.publish({ topic: "t", data: "1" });
    const closed = expect.objectContaining({ code: "ERR_APP_STATE" });
    await expect(memory.publish({ topic: "t", data: "2" })).rejects.toEqual(closed);
    await expect(memory.subscribe("t", a)).rejects.toEqual(closed);
    await expect(memory.unsubscribe("t", a)).resolves.toBeUndefined();
    await expect(memory.close()).resolves.toBeUndefined();
    expect(a.heard).toEqual([]);
  });
});
