import { describe, expect, it } from "vitest";
import { BenchError } from "../contract/bench-error.ts";
import { echoSettings } from "../report/report.test-helper.ts";
import { checkTarget } from "./check-target.ts";

describe("checkTarget", () => {
  it.each(["ws://127.0.0.1:1/", "ws://127.9.8.7/", "wss://localhost/x", "ws://[::1]:9/"])(
    "lets %s pass",
    (url) => {
      expect(() => checkTarget({ ...echoSettings, url })).not.toThrow();
    },
  );

  it.each([
    "ws://example.com/",
    "ws://10.0.0.1/",
    "ws://127.0.0.1.example.com/",
    "ws://localhost.example.com/",
    "ws://[::2]/",
    "ws://0.0.0.0/",
  ])("refuses %s, and says how to go on with a server of one's own", (url) => {
    expect(() => checkTarget({ ...echoSettings, url })).toThrow(BenchError);
    expect(() => checkTarget({ ...echoSettings, url })).toThrow("--i-own-this-server");
    expect(() => checkTarget({ ...echoSettings, url, iOwnThisServer: true })).not.toThrow();
  });
});
