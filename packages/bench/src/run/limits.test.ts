import { describe, expect, it } from "vitest";
import { echoSettings, reconnectSettings } from "../report/report.test-helper.ts";
import { checkWorkerFiles, parseFileLimit } from "./file-limit.ts";
import { sourceAddresses } from "./source-addresses.ts";

describe("parseFileLimit", () => {
  const limits = (soft: string) =>
    `Limit                     Soft Limit           Hard Limit           Units\n` +
    `Max processes             100                  200                  processes\n` +
    `Max open files            ${soft}                 4096                 files\n`;

  it("takes the soft limit", () => {
    expect(parseFileLimit(limits("1024"))).toBe(1_024);
    expect(parseFileLimit(limits("unlimited"))).toBe(Number.POSITIVE_INFINITY);
    expect(parseFileLimit("Max processes 1 2 processes")).toBeUndefined();
  });
});

describe("checkWorkerFiles", () => {
  it("says what is needed, what there is, and how to get it", () => {
    expect(() => checkWorkerFiles([5_000, 5_000], 1_024)).toThrow(
      "A worker opens 5,000 connections and needs 5064 open files; the limit is 1024. " +
        "Raise it with `ulimit -n 5064` in this shell, or use --workers 11",
    );
  });

  it("is content with enough, and where limits are not known", () => {
    expect(() => checkWorkerFiles([960], 1_024)).not.toThrow();
    expect(() => checkWorkerFiles([961], 1_024)).toThrow("ulimit -n 1025");
    expect(() => checkWorkerFiles([1e6], undefined)).not.toThrow();
  });
});

describe("sourceAddresses", () => {
  it("leaves the choice to the system when one address has ports enough", () => {
    const { addresses, warnings } = sourceAddresses(
      { ...echoSettings, connections: 25_000 },
      "127.0.0.1",
    );
    expect([addresses, warnings]).toEqual([[], []]);
  });

  it("spreads more connections over loopback addresses", () => {
    const { addresses } = sourceAddresses({ ...echoSettings, connections: 60_000 }, "127.0.0.1");
    expect(addresses).toHaveLength(15);
    expect(addresses.slice(0, 3)).toEqual(["127.0.0.2", "127.0.0.3", "127.0.0.4"]);
  });

  it("counts the connections of every storm, whose ports stay taken", () => {
    const settings = { ...reconnectSettings, connections: 10_000, storms: 4 };
    expect(sourceAddresses(settings, "127.0.0.1").addresses).toHaveLength(13);
  });

  it("warns where sources cannot be spread", () => {
    const { addresses, warnings } = sourceAddresses(
      { ...echoSettings, connections: 60_000 },
      "::1",
    );
    expect(addresses).toEqual([]);
    expect(warnings.join()).toContain("60,000 connections to ::1 may run out of ports");
  });
});
