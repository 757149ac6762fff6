import { describe, expect, it } from "vitest";
import { PublicationWindow } from "./publication-window.ts";

function published(count: number, receivers: number): PublicationWindow {
  const window = new PublicationWindow(8);
  for (let number = 0; number < count; number += 1) window.publish(receivers, 100 + number);
  return window;
}

describe("PublicationWindow", () => {
  it("lets a message go when its last receiver has it", () => {
    const window = published(1, 2);
    window.settle(0);
    expect(window.outstanding).toBe(1);
    window.settle(0);
    expect(window.outstanding).toBe(0);
  });

  it("waits for the first message although later ones are there", () => {
    const window = published(3, 1);
    window.settle(1);
    window.settle(2);
    expect(window.outstanding).toBe(3);
    window.settle(0);
    expect(window.outstanding).toBe(0);
  });

  it("uses a slot again after a turn", () => {
    const window = published(8, 1);
    for (let number = 0; number < 8; number += 1) window.settle(number);
    window.publish(2, 900);
    window.settle(8);
    expect(window.outstanding).toBe(1);
    expect(window.publishedAt(8)).toBe(900);
  });

  it("does not wait for a receiver that left", () => {
    const window = published(4, 2);
    for (let number = 0; number < 4; number += 1) window.settle(number);
    window.leave(1);
    expect(window.outstanding).toBe(4);
    window.settle(0);
    expect(window.outstanding).toBe(0);
  });

  it("has nothing to wait for without receivers", () => {
    expect(published(2, 0).outstanding).toBe(0);
  });

  it("ignores what comes after it was written off", () => {
    const window = published(2, 1);
    window.writeOff();
    window.publish(1, 500);
    window.settle(0);
    expect(window.outstanding).toBe(1);
    window.settle(2);
    expect(window.outstanding).toBe(0);
  });

  it("tells the time of a message until its slot is used again", () => {
    const window = published(9, 0);
    expect(window.publishedAt(8)).toBe(108);
    expect(window.publishedAt(1)).toBe(101);
    expect(window.publishedAt(0)).toBeNaN();
  });
});
