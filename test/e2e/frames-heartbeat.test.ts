import { once } from "node:events";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { Opcode } from "../support/frames.ts";
import { RawClient } from "../support/raw-client.ts";
import { Recorder } from "../support/recorder.ts";
import { startApp } from "../support/start-app.ts";

// The engine's timers are real: this takes as long as the shortest heartbeat it allows.
const heartbeat = { timeoutMs: 8_000 };

test("pings idle clients, cuts those that do not answer and keeps those that do", async () => {
  const silent = new Recorder();
  const lively = new Recorder();
  const { port, url } = await startApp((app) => {
    app.route("/silent", silent, ["*"], { heartbeat });
    app.route("/lively", lively, ["*"], { heartbeat });
    app.route("/unwatched", lively, ["*"], { heartbeat: false });
  });
  // The `ws` client answers pings by itself; a RawClient answers nothing.
  const answering = new WebSocket(`${url}/lively`);
  const unwatched = await RawClient.open(port, "/unwatched");
  const client = await RawClient.open(port, "/silent");
  const pinged = once(answering, "ping");

  expect(await client.frame()).toMatchObject({ fin: true, opcode: Opcode.Ping });
  await pinged;
  await client.ended();
  // RFC 6455 has no code for it, and nobody is there to read one.
  expect(client.unread).toHaveLength(0);
  expect(await silent.closed.take()).toEqual({
    code: 1006,
    reason: "",
    wasClean: false,
    cause: "timeout",
  });

  // One more ping: the one that answered has outlived the time-out of the other.
  await once(answering, "ping");
  answering.send("still here");
  expect(String((await once(answering, "message"))[0])).toBe("still here");
  unwatched.writeText("me too");
  expect(await unwatched.frame()).toMatchObject({ opcode: Opcode.Text });
  expect(lively.closed.rest).toEqual([]);
});
