import { afterEach, describe, expect, it, vi } from "vitest";
import { watchBrowser } from "./browser-signals.ts";

/** A browser's page and window. */
function stubBrowser(): {
  readonly page: EventTarget & { visibilityState: string };
  readonly window: EventTarget;
} {
  const window = new EventTarget();
  const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
  vi.stubGlobal("addEventListener", window.addEventListener.bind(window));
  vi.stubGlobal("removeEventListener", window.removeEventListener.bind(window));
  vi.stubGlobal("document", page);
  return { page, window };
}

function watch(): { readonly heard: string[]; readonly stop: () => void } {
  const heard: string[] = [];
  const stop = watchBrowser({
    woken: () => void heard.push("woken"),
    doubted: () => void heard.push("doubted"),
  });
  return { heard, stop };
}

describe("watchBrowser", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it("tells when the network comes and goes, and when somebody looks at the page", () => {
    const { page, window } = stubBrowser();
    const { heard } = watch();
    window.dispatchEvent(new Event("offline"));
    window.dispatchEvent(new Event("online"));
    page.dispatchEvent(new Event("visibilitychange"));
    expect(heard).toEqual(["doubted", "woken", "woken"]);
  });

  it("does not care for a page that is hidden", () => {
    const { page } = stubBrowser();
    const { heard } = watch();
    page.visibilityState = "hidden";
    page.dispatchEvent(new Event("visibilitychange"));
    expect(heard).toEqual([]);
  });

  it("hears nothing after it was stopped", () => {
    const { page, window } = stubBrowser();
    const { heard, stop } = watch();
    stop();
    for (const type of ["offline", "online"]) window.dispatchEvent(new Event(type));
    page.dispatchEvent(new Event("visibilitychange"));
    expect(heard).toEqual([]);
  });

  it("does nothing where there is no browser", () => {
    const { heard, stop } = watch();
    stop();
    expect(heard).toEqual([]);
  });
});
