import { describe, expect, it } from "vitest";
import { Client } from "../client.ts";
import { Journal } from "../client-journal.test-helper.ts";
import { createClientPlan } from "../client-plan.ts";
import { cleanups, serve } from "../client-stage.test-helper.ts";
import { echoShare } from "../echo-share.test-helper.ts";
import { bareAdapter } from "../worker-share.test-helper.ts";
import { openAll } from "./opener.ts";

describe("openAll", () => {
  it("keeps to its concurrency, goes on after failures and resolves when all are over", async () => {
    let open = 0;
    let answered = 0;
    const most: number[] = [];
    const server = await serve({
      answer: (accept) => {
        answered += 1;
        if (answered % 3 === 0) return "HTTP/1.1 503 Full\r\nContent-Length: 0\r\n\r\n";
        return `HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
      },
    });
    const journal = new Journal();
    const plan = createClientPlan(echoShare(server.url), bareAdapter);
    const clients = Array.from({ length: 12 }, (_, index) => {
      const client = new Client(plan, journal, index, 0, "client");
      const connect = client.connect.bind(client);
      client.connect = (address) => {
        open += 1;
        most.push(open - journal.entries.length);
        connect(address);
      };
      cleanups.push(() => client.destroy());
      return client;
    });
    await openAll(clients, 5, ["127.0.0.1", "127.0.0.2"]);
    expect(journal.entries.filter((entry) => entry === "ready")).toHaveLength(8);
    expect(journal.entries.filter((entry) => entry.includes("503 Full"))).toHaveLength(4);
    expect(Math.max(...most)).toBe(5);
    const sources = server.peers.map(({ remoteAddress }) => remoteAddress);
    expect(sources.filter((address) => address === "127.0.0.2")).toHaveLength(6);
  });

  it("has nothing to do without clients", async () => {
    await expect(openAll([], 5, [])).resolves.toBeUndefined();
  });
});
