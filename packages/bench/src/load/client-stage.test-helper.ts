import { afterEach } from "vitest";
import type { EchoSettings } from "../contract/settings.ts";
import { Client } from "./client.ts";
import { Journal } from "./client-journal.test-helper.ts";
import { createClientPlan } from "./client-plan.ts";
import { createEchoPayloads } from "./echo/echo-payloads.ts";
import { echoSettings, echoShare } from "./echo-share.test-helper.ts";
import {
  startWireServer,
  type WireServer,
  type WireServerOptions,
} from "./wire-server.test-helper.ts";
import { bareAdapter } from "./worker-share.test-helper.ts";

/** What a test file started; ended after each test, the latest first. */
export const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A server for one test. */
export async function serve(options: WireServerOptions = {}): Promise<WireServer> {
  const server = await startWireServer(options);
  cleanups.push(() => server.close());
  return server;
}

/** A client that is not connected yet, with the journal of what it tells. */
export function createClient(
  url: string,
  settings: Partial<EchoSettings> = {},
  adapter = bareAdapter,
) {
  const { pool, reader } = createEchoPayloads(echoSettings(url, settings), adapter);
  const plan = createClientPlan(echoShare(url, settings), adapter, () => reader);
  const journal = new Journal();
  const client = new Client(plan, journal, 0, 0, "client");
  cleanups.push(() => client.destroy());
  return { client, journal, pool };
}
