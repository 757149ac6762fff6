import { describe, expect, it } from "vitest";
import { checkOptions, defaultOptions, parseOption } from "./push-options.ts";

describe("parseOption", () => {
  it("takes whole numbers in the range of the option", () => {
    expect([parseOption("rate", "5000"), parseOption("seconds", "3600")]).toEqual([5_000, 3_600]);
  });

  it.each(["0", "-1", "1.5", "many", "", " ", "3601"])("does not take %j seconds", (text) => {
    expect(() => parseOption("seconds", text)).toThrow(
      `--seconds: expected a whole number from 1 to 3600; seen "${text}".`,
    );
  });
});

describe("checkOptions", () => {
  it("takes the default options", () => {
    expect(() => checkOptions(defaultOptions)).not.toThrow();
  });

  it("wants each connection to be used at least once a second", () => {
    checkOptions({ ...defaultOptions, rate: 50, connections: 50 });
    expect(() => checkOptions({ ...defaultOptions, rate: 49, connections: 50 })).toThrow(
      "at most as many as --rate, which is 49, because the server closes HTTP connections that idle; seen 50.",
    );
  });
});
