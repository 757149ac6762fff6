import { BenchError } from "../contract/bench-error.ts";
import type { WorkerShare } from "../contract/worker-messages.ts";
import { Client, type ClientObserver } from "../load/client.ts";
import { createClientPlan } from "../load/client-plan.ts";
import { loadAdapter } from "../settings/adapters.ts";
import type { RunControl } from "./run-control.ts";

/**
 * Opens one connection as the workers will, and closes it again: what keeps it from opening would
 * keep all of them from it, and is better told once and at once.
 *
 * @throws BenchError with the reason
 */
export async function preflight(share: WorkerShare, control: RunControl): Promise<void> {
  const { settings } = share;
  const plan = createClientPlan(share, await loadAdapter(settings.adapter));
  const role = settings.scenario === "broadcast" ? "subscriber" : "client";
  let client: Client | undefined;
  const attempt = new Promise<void>((resolve, reject) => {
    const observer: ClientObserver = {
      ready: () => resolve(),
      ended: (_, reason) => {
        reject(new BenchError(`Cannot connect to ${settings.url}: ${reason}.`));
      },
      reply: ignore,
      readEnd: ignore,
      unexpected: ignore,
    };
    client = new Client(plan, observer, 0, 0, role);
    client.connect(share.localAddresses[0]);
  });
  try {
    await control.until(attempt);
    await control.until(new Promise<void>((resolve) => client?.close(resolve)));
  } finally {
    client?.destroy();
  }
}

function ignore(): void {
  // A single idle connection: nothing but whether it opens is of interest.
}
