import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Nonces } from "./nonces.ts";

const windowS = 300;
const startS = 1_800_000_000;

describe("nonces", () => {
  it("are taken once, whatever their timestamp", () => {
    const nonces = new Nonces(windowS, 1_000);
    expect(nonces.claim("first", startS, startS)).toBe("taken");
    expect(nonces.claim("first", startS, startS + 1)).toBe("used");
    expect(nonces.claim("first", startS + 5, startS + 5)).toBe("used");
    expect(nonces.claim("second", startS, startS + 5)).toBe("taken");
  });

  it("are let go of when their timestamp is out of the window", () => {
    const nonces = new Nonces(windowS, 1_000);
    nonces.claim("past", startS - windowS, startS);
    nonces.claim("future", startS + windowS, startS);
    expect(nonces.size).toBe(2);
    nonces.claim("later", startS + 1, startS + 1);
    expect(nonces.size).toBe(2);
    nonces.claim("much later", startS + 2 * windowS + 1, startS + 2 * windowS + 1);
    expect(nonces.size).toBe(1);
  });

  it("are not taken again when the clock is set back", () => {
    const nonces = new Nonces(windowS, 1_000);
    nonces.claim("first", startS, startS);
    nonces.claim("second", startS + windowS + 1, startS + windowS + 1);
    expect(nonces.claim("first", startS, startS)).toBe("forgotten");
  });

  it("beyond the limit shorten the window from its old end", () => {
    const nonces = new Nonces(windowS, 3);
    for (const age of [9, 7, 8]) nonces.claim(`aged ${age}`, startS - age, startS);
    expect(nonces.windowS(startS)).toBe(windowS);
    expect(nonces.claim("fresh", startS, startS)).toBe("taken");
    expect(nonces.claim("aged 9", startS - 9, startS)).toBe("forgotten");
    expect(nonces.windowS(startS)).toBe(8);
    expect(nonces.claim("aged 8", startS - 8, startS)).toBe("used");
    expect(nonces.claim("aged 7", startS - 7, startS)).toBe("used");
    expect(nonces.size).toBe(3);
  });

  it("keep no more than the limit and take none twice, whatever comes", () => {
    const claims = fc.array(
      fc.record({
        nonce: fc.constantFrom(..."abcdefghijkl"),
        offsetS: fc.integer({ min: -10, max: 10 }),
        waitS: fc.constantFrom(0, 0, 1, 3, 12, 25),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(claims, fc.integer({ min: 1, max: 8 }), (sequence, max) => {
        const nonces = new Nonces(10, max);
        const taken = new Set<string>();
        let nowS = startS;
        for (const { nonce, offsetS, waitS } of sequence) {
          nowS += waitS;
          const claim = `${nonce} at ${nowS + offsetS}`;
          const result = nonces.claim(nonce, nowS + offsetS, nowS);
          // The very same request: this is what a replay is.
          if (taken.has(claim)) expect(result).not.toBe("taken");
          if (result === "taken") taken.add(claim);
          expect(nonces.size).toBeLessThanOrEqual(max);
        }
      }),
    );
  });

  it("do not keep what they were cut out of", () => {
    const nonces = new Nonces(windowS, 20_000);
    const before = process.memoryUsage().heapUsed;
    for (let index = 0; index < 10_000; index += 1) {
      const header = `${"h".repeat(4_000)}nonce-${String(index).padStart(26, "0")}`;
      nonces.claim(header.slice(4_000), startS, startS);
    }
    // Had they kept the headers, it would be 40 MB.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(30_000_000);
    expect(nonces.size).toBe(10_000);
  });
});
