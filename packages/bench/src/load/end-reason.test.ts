import { describe, expect, it } from "vitest";
import { describeClose, describeSocketError, describeTimeout } from "./end-reason.ts";

const target = { host: "127.0.0.1", port: 8080 };

function reason(code: string, wasReady = false): string {
  return describeSocketError(
    Object.assign(new Error(`connect ${code}`), { code }),
    target,
    wasReady,
  );
}

describe("describeSocketError", () => {
  it.each([
    ["ECONNREFUSED", "nothing listens on 127.0.0.1 port 8080; start the server or correct the URL"],
    ["ECONNRESET", "lower --concurrency"],
    ["ETIMEDOUT", "lower --concurrency"],
    ["EMFILE", "`ulimit -n`, or use more --workers"],
    ["EADDRNOTAVAIL", "fewer --connections"],
    ["EADDRINUSE", "fewer --connections"],
    ["ENOTFOUND", "correct the URL"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "use a ws: URL"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "use --insecure"],
  ])("says of %s what to do", (code, words) => {
    expect(reason(code)).toContain(`(${code})`);
    expect(reason(code)).toContain(words);
  });

  it("tells a connection that was in use from one that was not", () => {
    expect(reason("ECONNRESET", true)).toBe("connection reset by the server (ECONNRESET)");
  });

  it("passes on what it does not know", () => {
    expect(reason("EWEIRD")).toBe("connection failed: connect EWEIRD");
  });
});

describe("describeClose", () => {
  it("names the code and quotes the server", () => {
    expect(describeClose(1009, "")).toBe("closed by the server: 1009 message too big");
    expect(describeClose(4002, "too fast")).toBe('closed by the server: 4002 "too fast"');
  });
});

describe("describeTimeout", () => {
  it("says what was waited for", () => {
    expect(describeTimeout("connecting", 50)).toMatch(/^timed out after 50 ms for the connection/);
  });
});
