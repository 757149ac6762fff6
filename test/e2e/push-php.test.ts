import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../support/chromium.ts";
import { ensureBinary, installTimeoutMs } from "../support/debian-package.ts";
import { type PushServer, startPushServer } from "../support/push-server.ts";
import { tempDir } from "../support/temp-dir.ts";

let php = "";
let browser: Browser;

beforeAll(async () => {
  php = await ensureBinary({ binary: "/usr/bin/php", package: "php-cli" });
  browser = await launchChromium();
}, 2 * installTimeoutMs);

afterAll(async () => {
  await browser?.close();
});

/** Runs PHP code with the class of the example and `$push`; returns what it printed. */
async function runPhp({ run }: PushServer, code: string): Promise<string> {
  const file = join(tempDir(), "test.php");
  const preamble = `<?php
require 'examples/php/WindlassPush.php';
$push = new WindlassPush(getenv('WINDLASS_URL'), getenv('WINDLASS_KEY'), getenv('WINDLASS_SECRET'));
`;
  writeFileSync(file, preamble + code);
  return await run(php, "-d", "error_reporting=-1", "-d", "display_errors=stderr", file);
}

/** Runs in the page, which shows the last message as its title. */
async function openSocket(url: string): Promise<void> {
  const socket = new WebSocket(url);
  socket.onmessage = ({ data }) => {
    document.title = data;
  };
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
}

describe("PHP without any extension", () => {
  it("pushes to a user by the example, and learns whether the user is there", async () => {
    const server = await startPushServer();
    const ann = await server.connect("ann lee/ä");
    const send = (...args: string[]) => server.run(php, "examples/php/push.php", ...args);
    expect(await send("ann lee/ä", "Dein Paket ist da: ü")).toBe("sent\n");
    expect(await ann.text()).toBe("Dein Paket ist da: ü");
    expect(await send("ben", "hello?")).toBe("ben is not here\n");
  });

  it("reaches every page that a user has open in a browser", async () => {
    const server = await startPushServer();
    const pages = [await browser.newPage(), await browser.newPage()];
    for (const page of pages) await page.evaluate(openSocket, server.liveUrl("ann"));
    await server.run(php, "examples/php/push.php", "ann", "hello Ann");
    for (const page of pages) {
      await expect.poll(() => page.evaluate(() => document.title)).toBe("hello Ann");
      await page.close();
    }
  });

  it("sends texts as they are and everything else as JSON", async () => {
    const server = await startPushServer();
    const ann = await server.connect("ann");
    await runPhp(
      server,
      `$push->send('ann', 'text');
       $push->send('ann', ['id' => 7, 'tags' => ['a', 'b'], 'name' => 'Zoë']);
       $push->send('ann', []);
       $push->publish('news', 3.5);`,
    );
    const texts = [await ann.text(), await ann.text(), await ann.text(), await ann.text()];
    expect(texts).toEqual(["text", '{"id":7,"tags":["a","b"],"name":"Zoë"}', "[]", "3.5"]);
  });

  it("publishes once what it repeats with an idempotency key", async () => {
    const server = await startPushServer();
    const ann = await server.connect("ann");
    const printed = await runPhp(
      server,
      `foreach ([1, 2] as $attempt) {
         $result = $push->publish('news', 'order 7', ['idempotencyKey' => 'order-7']);
         echo json_encode($result['isDuplicate']), "\\n";
       }
       $push->publish('news', 'the end');`,
    );
    expect(printed).toBe("false\ntrue\n");
    expect([await ann.text(), await ann.text()]).toEqual(["order 7", "the end"]);
  });

  it("disconnects a user, reads, and sends batches with an empty array for an object", async () => {
    const server = await startPushServer();
    const ann = await server.connect("ann");
    const printed = await runPhp(
      server,
      `echo json_encode($push->post('/topics/news/presence', [])['count']), "\\n";
       $batch = $push->post('/batch', ['operations' => [
         ['operation' => 'send', 'userId' => 'ann', 'data' => 'bye'],
         ['operation' => 'disconnect', 'userId' => 'ann', 'code' => 4001, 'reason' => 'moved'],
         ['operation' => 'dance'],
       ]]);
       echo implode(' ', array_column($batch['results'], 'status')), "\\n";`,
    );
    expect(printed).toBe('{"members":0,"connections":0}\n200 200 400\n');
    expect(await ann.text()).toBe("bye");
    expect(await ann.closed).toBe(4001);
  });

  it("is told what was wrong by an exception", async () => {
    const server = await startPushServer();
    const printed = await runPhp(
      server,
      `$tries = [
         fn () => $push->publish('$nonce/website', 'x'),
         fn () => (new WindlassPush(getenv('WINDLASS_URL'), 'website', 'wrong'))->publish('news', 'x'),
         fn () => (new WindlassPush(getenv('WINDLASS_URL') . '/nothing', 'website', 'x'))->publish('a', 'x'),
         fn () => (new WindlassPush('http://localhost:1/api', 'website', 'x'))->publish('a', 'x'),
       ];
       foreach ($tries as $try) {
         try { $try(); } catch (RuntimeException $error) {
           echo $error->getCode(), ' ', strtok($error->getMessage(), ':'), "\\n";
         }
       }`,
    );
    expect(printed.split("\n")).toEqual([
      "400 The input does not fit",
      "401 The signature does not fit",
      "404 There is nothing at this path of the push API.",
      "0 no answer of Windlass from http",
      "",
    ]);
    expect(server.pushApi.stats).toEqual({ requests: 3, failedAuthentications: 1 });
  });
});
