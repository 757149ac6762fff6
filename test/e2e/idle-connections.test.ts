import { execFileSync } from "node:child_process";
import { expect, it, onTestFinished } from "vitest";
import { ChildProgram } from "../support/child-program.ts";
import { closePayload, Opcode } from "../support/frames.ts";
import type { IdleReport } from "../support/idle-program.ts";
import { RawClient } from "../support/raw-client.ts";

const count = 10_000;
const batchSize = 250;
/** More than the connections: what Node itself has open. */
const neededFiles = count + 200;

/** Node raises its limit of open files to what the system allows it, here and in the child. */
function checkFileLimit(): void {
  const limit = execFileSync("sh", ["-c", "ulimit -Hn"], { encoding: "utf8" }).trim();
  if (limit !== "unlimited" && Number(limit) < neededFiles) {
    throw new Error(
      `This test opens ${count} connections, and the hard limit of open files is ${limit}; raise it: ulimit -Hn ${neededFiles}`,
    );
  }
}

/** Every third each: a close frame, the end of TCP, a reset. */
function leave(client: RawClient, index: number): void {
  if (index % 3 === 0) client.writeFrame(Opcode.Close, closePayload(1000));
  else if (index % 3 === 1) client.socket.end();
  else client.socket.resetAndDestroy();
}

async function openAll(port: number): Promise<readonly RawClient[]> {
  const clients: RawClient[] = [];
  while (clients.length < count) {
    const batch = Array.from({ length: batchSize }, (_, index) => {
      // Many addresses, so that the ports of none of them run out.
      const localAddress = `127.0.0.${2 + (index % 50)}`;
      return RawClient.open({ port, host: "127.0.0.1", localAddress }, "/idle");
    });
    clients.push(...(await Promise.all(batch)));
  }
  return clients;
}

it("10,000 idle connections come and go, twice, and leave nothing behind", async () => {
  checkFileLimit();
  const program = new ChildProgram("test/support/idle-program.ts");
  onTestFinished(async () => void (await program.stop("SIGKILL")));
  const [, text] = await program.find(/"url":"ws:\/\/localhost:(\d+)"/);
  const port = Number(text);
  const asker = await RawClient.open(port, "/report");
  const report = async (closes: number): Promise<IdleReport> => {
    asker.writeText(String(closes));
    return JSON.parse(await asker.text());
  };

  const rssBytes: number[] = [];
  for (let round = 1; round <= 2; round += 1) {
    const clients = await openAll(port);
    const closedBefore = count * (round - 1);
    expect(await report(closedBefore)).toMatchObject({ open: count, opens: count * round });
    const ends = clients.map((client) => client.ended());
    for (const [index, client] of clients.entries()) leave(client, index);
    await Promise.all(ends);
    const after = await report(count * round);
    expect(after).toMatchObject({
      open: 0,
      opens: count * round,
      closes: count * round,
      closedTwice: 0,
      causes: { peer: count * round },
    });
    rssBytes.push(after.rssBytes);
  }
  const [first = 0, second = 0] = rssBytes;
  expect(second).toBeLessThan(first * 1.2);
}, 120_000);
