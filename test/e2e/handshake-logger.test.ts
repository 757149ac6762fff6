import { EchoServer, type Guard, type Logger, refuse } from "@windlass/app";
import { expect, onTestFinished, test } from "vitest";
import { exchange } from "../support/exchange.ts";
import { handshakeRequest } from "../support/raw-client.ts";
import { startApp } from "../support/start-app.ts";

/** A logger whose disk is full. */
const brokenLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {
    throw new Error("no space left on device");
  },
  error: () => {
    throw new Error("no space left on device");
  },
  child: () => brokenLogger,
};

/** What would have ended a process without a test runner around it. */
function collectFatalErrors(): readonly string[] {
  const errors: string[] = [];
  const collect = (error: unknown): void => void errors.push(String(error));
  for (const event of ["uncaughtException", "unhandledRejection"]) {
    process.on(event, collect);
    onTestFinished(() => void process.off(event, collect));
  }
  return errors;
}

const refusal = refuse({ rule: "mood", seen: "bad", wanted: "good" });
const refusing: Guard = { check: () => refusal };
const refusingLater: Guard = { check: async () => refusal };
const failing: Guard = {
  check: () => {
    throw new Error("a guard failed");
  },
};

test.each([
  { what: "a synchronous refusal", path: "/now", status: 403 },
  { what: "an asynchronous refusal", path: "/later", status: 403 },
  { what: "a guard that fails", path: "/failing", status: 500 },
  { what: "an unknown path", path: "/nowhere", status: 404 },
])("a logger that throws on $what does not end the process", async ({ path, status }) => {
  const fatal = collectFatalErrors();
  const { port } = await startApp(
    (app) => {
      app.route("/now", new EchoServer(), ["*"], { guards: [refusing] });
      app.route("/later", new EchoServer(), ["*"], { guards: [refusingLater] });
      app.route("/failing", new EchoServer(), ["*"], { guards: [failing] });
    },
    { logger: brokenLogger },
  );
  // Twice: the second answer comes after everything the first one left behind.
  for (const _round of [1, 2]) {
    const { statusLine } = await exchange(port, handshakeRequest(path));
    expect(statusLine).toContain(`HTTP/1.1 ${status}`);
  }
  expect(fatal).toEqual([]);
});
