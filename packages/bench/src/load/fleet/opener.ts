import type { Client } from "../client.ts";

/**
 * Connects all clients, at most `concurrency` at a time, and resolves when every attempt is over;
 * how each went is told to the clients' observer. Source addresses are taken in turn; none: the
 * system chooses.
 */
export function openAll(
  clients: readonly Client[],
  concurrency: number,
  localAddresses: readonly string[],
): Promise<void> {
  return new Promise((resolve) => {
    let next = 0;
    let settled = 0;
    const openNext = (): void => {
      const client = clients[next];
      if (client === undefined) return;
      const localAddress = localAddresses[next % localAddresses.length];
      next += 1;
      client.onSettled = () => {
        settled += 1;
        if (settled === clients.length) resolve();
        else openNext();
      };
      client.connect(localAddress);
    };
    if (clients.length === 0) resolve();
    for (let count = 0; count < Math.min(concurrency, clients.length); count += 1) openNext();
  });
}
