import { describe, expect, it, vi } from "vitest";
import type { Component } from "../contract/component.ts";
import type { Connection } from "../contract/connection.ts";
import type { CloseEvent } from "../contract/disconnect.ts";
import type { Message } from "../contract/message.ts";
import { InMemoryRoute } from "../testing/in-memory-route.ts";
import { ComponentDecorator } from "./component-decorator.ts";

const connection = { id: "1" } as unknown as Connection;
const message = { byteLength: 1 } as unknown as Message;
const event: CloseEvent = { code: 1000, reason: "", wasClean: true, cause: "peer" };
const error = new Error("broken");

describe("ComponentDecorator", () => {
  it("passes all callbacks on and returns their results", () => {
    const results = Array.from({ length: 5 }, () => Promise.resolve());
    const inner = {
      onOpen: vi.fn(() => results[0]),
      onMessage: vi.fn(() => results[1]),
      onDrain: vi.fn(() => results[2]),
      onClose: vi.fn(() => results[3]),
      onError: vi.fn(() => results[4]),
    };
    const decorator = new ComponentDecorator(inner);
    expect(decorator.onOpen(connection)).toBe(results[0]);
    expect(decorator.onMessage(connection, message)).toBe(results[1]);
    expect(decorator.onDrain(connection)).toBe(results[2]);
    expect(decorator.onClose(connection, event)).toBe(results[3]);
    expect(decorator.onError(connection, error, "close")).toBe(results[4]);
    expect(inner.onOpen).toHaveBeenCalledExactlyOnceWith(connection);
    expect(inner.onMessage).toHaveBeenCalledExactlyOnceWith(connection, message);
    expect(inner.onDrain).toHaveBeenCalledExactlyOnceWith(connection);
    expect(inner.onClose).toHaveBeenCalledExactlyOnceWith(connection, event);
    expect(inner.onError).toHaveBeenCalledExactlyOnceWith(connection, error, "close");
  });

  it("does nothing for callbacks the inner component does not have", () => {
    const decorator = new ComponentDecorator({ onMessage: () => undefined });
    expect(decorator.onOpen(connection)).toBeUndefined();
    expect(decorator.onDrain(connection)).toBeUndefined();
    expect(decorator.onClose(connection, event)).toBeUndefined();
  });

  it("throws the error again when the inner component does not handle errors", () => {
    const decorator = new ComponentDecorator({ onMessage: () => undefined });
    expect(() => decorator.onError(connection, error, "message")).toThrow(error);
  });

  it("passes on the inner component's subprotocols and its route", () => {
    const inner = { subprotocols: ["chat.v1"], onRoute: vi.fn(), onMessage: () => undefined };
    const decorator = new ComponentDecorator(inner);
    const route = new InMemoryRoute({ onMessage: () => undefined });
    decorator.onRoute(route);
    expect(decorator.subprotocols).toEqual(["chat.v1"]);
    expect(inner.onRoute).toHaveBeenCalledExactlyOnceWith(route);
    expect(new ComponentDecorator({ onMessage: () => undefined }).subprotocols).toBeUndefined();
  });

  it("keeps the inner component as this", async () => {
    class Counter implements Component {
      count = 0;
      onMessage(): void {
        this.count += 1;
      }
    }
    const counter = new Counter();
    await new ComponentDecorator(new ComponentDecorator(counter)).onMessage(connection, message);
    expect(counter.count).toBe(1);
  });
});
