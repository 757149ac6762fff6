import { describe, expect, test } from "vitest";
import { encodeFrame, Opcode } from "../support/frames.ts";
import { type Ending, runNative } from "../support/native-app.ts";
import { handshakeRequest } from "../support/raw-client.ts";

// What ends the process, in the pinned engine: each needs a check or a try in front of it. See
// docs/internals/native-lifecycle.md.

const aborted = { code: null, signal: "SIGABRT" } satisfies Partial<Ending>;
const request = JSON.stringify("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
const handshake = JSON.stringify(handshakeRequest("/"));
const upgrade = `upgrade: (res, req, context) =>
  res.upgrade({}, req.getHeader("sec-websocket-key"), "", "", context)`;

describe("the process is ended by", () => {
  test.each([
    { option: "idleTimeout: 7", says: "idleTimeout must be either 0 or greater than 8!" },
    { option: "idleTimeout: 961", says: "idleTimeout must not be greater than 960 seconds!" },
    { option: "maxLifetime: 241", says: "maxLifetime must not be greater than 240 minutes!" },
  ])("$option", async ({ option, says }) => {
    const ending = await runNative(`app.ws("/*", { ${option}, ${upgrade} });`);
    expect(ending).toMatchObject(aborted);
    expect(ending.stderr).toContain(says);
  });

  test("a handler that returns without an answer and without onAborted", async () => {
    const ending = await runNative(`app.any("/*", () => {}); run(${request});`);
    expect(ending).toMatchObject(aborted);
    expect(ending.stderr).toContain("without responding or attaching an abort handler");
  });

  test("an exception in a request handler", async () => {
    const ending = await runNative(`
      app.any("/*", (res) => { res.onAborted(() => {}); throw new Error("mine"); });
      run(${request});`);
    expect(ending).toMatchObject({ code: 1, signal: null });
    expect(ending.stderr).toContain("mine");
  });

  test.each(["open", "message", "close"])("an exception in %s", async (event) => {
    const frames = [...encodeFrame(Opcode.Text, "a"), ...encodeFrame(Opcode.Close)];
    const ending = await runNative(`
      app.ws("/*", { ${upgrade}, ${event}: () => { throw new Error("mine"); } });
      app.listen(0, 1, (socket) => {
        const client = connect(uws.us_socket_local_port(socket), "127.0.0.1", () => client.write(${handshake}));
        client.on("error", () => {});
        client.once("data", () => client.write(Buffer.from(${JSON.stringify(frames)})));
      });`);
    expect(ending).toMatchObject({ code: 1, signal: null });
    expect(ending.stderr).toContain("mine");
  });

  test("the path of a unix socket that is far too long", async () => {
    const ending = await runNative(`app.listen_unix(() => {}, "/tmp/" + "x".repeat(400));`);
    expect(ending.code).toBeNull();
    expect(ending.signal).toMatch(/^SIG(SEGV|ABRT)$/);
  });

  test("SSLApp without options", async () => {
    expect((await runNative("uws.SSLApp(undefined);")).signal).toBe("SIGABRT");
  });

  test("nothing when all values are in range and the listen socket is closed", async () => {
    const ending = await runNative(`
      app.ws("/*", { idleTimeout: 8, maxLifetime: 240, ${upgrade} });
      app.ws("/0", { idleTimeout: 0, ${upgrade} });
      app.ws("/960", { idleTimeout: 960, ${upgrade} });
      app.listen(0, 1, (socket) => uws.us_listen_socket_close(socket));`);
    expect(ending).toEqual({ code: 0, signal: null, stderr: "" });
  });
});
