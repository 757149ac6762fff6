import type { Adapter } from "../contract/adapter.ts";
import type { ScenarioName } from "../contract/settings.ts";
import type { ToWorker, WorkerShare } from "../contract/worker-messages.ts";
import { loadAdapter } from "../settings/adapters.ts";
import { createBroadcast } from "./broadcast/broadcast.ts";
import { createConnect } from "./connect/connect.ts";
import { createReconnect } from "./connect/reconnect.ts";
import { createEcho } from "./echo/echo.ts";
import type { Scenario } from "./scenario.ts";
import { findTargetAddress } from "./target-address.ts";
import { WorkerSession } from "./worker-session.ts";

// The entry of a worker process; the coordinator forks it and talks to it.

const scenarios: Readonly<
  Record<ScenarioName, (share: WorkerShare, adapter: Adapter) => Scenario>
> = {
  connect: createConnect,
  echo: createEcho,
  broadcast: createBroadcast,
  soak: createEcho,
  reconnect: createReconnect,
};

let lastSent: Promise<void> = Promise.resolve();

const session = new WorkerSession({
  createScenario: async (share) => {
    const { settings } = share;
    const adapter = await loadAdapter(settings.adapter);
    const address = share.address ?? (await findTargetAddress(settings.url));
    return scenarios[settings.scenario]({ ...share, address }, adapter);
  },
  send: (message) => {
    if (!process.connected) return;
    lastSent = new Promise((resolve) => {
      process.send?.(message, undefined, undefined, () => resolve());
    });
  },
  leave: (exitCode) => {
    process.exitCode = exitCode;
    // To disconnect would drop what the channel has not taken yet, such as a long result.
    void lastSent.then(() => process.exit());
  },
});

process.on("message", (message: ToWorker) => void session.handle(message));
// An adapter module that throws is told to people, not printed by a process that nobody watches.
process.on("uncaughtException", (error) => session.fail(error));
// The coordinator is gone: no load without anybody to stop it.
process.on("disconnect", () => process.exit());
