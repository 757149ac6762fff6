import { LmdbBroker } from "@windlass/broker-lmdb";
import { silentLogger } from "@windlass/core";
import { expect, it, onTestFinished } from "vitest";
import { ChildProgram } from "../support/child-program.ts";
import { tempDir } from "../support/temp-dir.ts";

const history = { size: 100, ttlMs: 3_600_000, positionTtlMs: 3_600_000 };
const host = { nodeId: "node", log: silentLogger, onGap: () => {} };

function startOwner(path: string): ChildProgram {
  const program = new ChildProgram("test/support/lmdb-owner-program.ts", { STORE: path });
  onTestFinished(async () => void (await program.stop("SIGKILL")));
  return program;
}

it("refuses a store that another process uses, until that one is gone, however it ends", async () => {
  const path = tempDir();
  const owner = startOwner(path);
  await owner.find(/^opened$/m);
  const broker = new LmdbBroker({ path });
  onTestFinished(() => broker.close());
  for (let attempt = 0; attempt < 3; attempt += 1) {
    await expect(broker.open(host)).rejects.toMatchObject({
      code: "ERR_STORE_INVALID",
      details: { path, problem: expect.stringMatching(/^process \d+ uses it$/) },
    });
  }
  await owner.stop("SIGKILL");
  await broker.open(host);
  await broker.publish({ topic: "news", data: "a" }, { history });
});

it("lets none of many in, while one uses it, and harms it in no way", async () => {
  const path = tempDir();
  const broker = new LmdbBroker({ path });
  onTestFinished(() => broker.close());
  await broker.open(host);
  let published = 0;
  let isOver = false;
  const publishing = (async () => {
    while (!isOver) {
      published += 1;
      const data = String(published);
      const { position } = await broker.publish({ topic: "news", data }, { history });
      expect(position?.offset).toBe(published);
    }
  })();
  const others = Array.from({ length: 4 }, () => startOwner(path));
  for (const other of others) {
    const [, text] = await other.find(/^(.*)\n/);
    // Others that are just looking may be named, too.
    expect(text).toMatch(new RegExp(`process [\\d, ]*\\b${process.pid}\\b.* uses it`));
  }
  isOver = true;
  await publishing;
  const { publications } = await broker.history("news", { isReversed: true, limit: 1 });
  expect(publications[0]?.data).toBe(String(published));
});

it("lets one in at most when several come at the same time", async () => {
  const path = tempDir();
  const owners = Array.from({ length: 4 }, () => startOwner(path));
  const said = await Promise.all(
    owners.map(async (owner) => (await owner.find(/^(.*)\n/))[1] ?? ""),
  );
  expect(said.filter((text) => text === "opened").length).toBeLessThanOrEqual(1);
  for (const text of said) expect(text).toMatch(/^opened$|^refused: .* uses it\./);
});
