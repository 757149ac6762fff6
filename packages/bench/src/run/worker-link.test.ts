import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FromWorker } from "../contract/worker-messages.ts";
import { forkWorker, type WorkerLink } from "./worker-link.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bench-worker-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Forks a program and resolves with what it said when it has ended. */
function runProgram(program: string, onMessage: (link: WorkerLink, message: FromWorker) => void) {
  const file = join(folder, "program.mjs");
  writeFileSync(file, program);
  return new Promise<{ how: string; messages: FromWorker[] }>((resolve) => {
    const messages: FromWorker[] = [];
    const link = forkWorker(
      {
        message: (message) => {
          messages.push(message);
          onMessage(link, message);
        },
        exit: (how) => resolve({ how, messages }),
      },
      pathToFileURL(file),
    );
  });
}

const held = `process.send({ kind: "held" });`;

describe("forkWorker", () => {
  it("talks to a process and says how it ended", async () => {
    const program = `${held} process.on("message", ({ kind }) => { if (kind === "release") process.exit(3); });`;
    const { how, messages } = await runProgram(program, (link) => link.send({ kind: "release" }));
    expect(messages).toEqual([{ kind: "held" }]);
    expect(how).toBe("exit status 3");
  });

  it("kills", async () => {
    const { how } = await runProgram(`${held} setInterval(() => {}, 1000);`, (link) => link.kill());
    expect(how).toBe("SIGKILL");
  });

  it("loses messages to a process that is gone, without an error", async () => {
    let kept: WorkerLink | undefined;
    await runProgram(`${held} process.disconnect();`, (link) => {
      kept = link;
    });
    kept?.send({ kind: "stop" });
    kept?.kill();
  });

  it("is in a process group of its own, so that Ctrl-C does not reach it", async () => {
    const program = `process.send({ kind: "fatal", message: String(process.pid) }); setInterval(() => {}, 1000);`;
    const { messages } = await runProgram(program, (link, message) => {
      // A signal to the group of that number finds somebody only when the worker leads it.
      if (message.kind === "fatal")
        expect(() => process.kill(-Number(message.message), 0)).not.toThrow();
      link.kill();
    });
    expect(messages).toHaveLength(1);
  });
});
