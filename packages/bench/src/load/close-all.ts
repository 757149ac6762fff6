import type { Client } from "./client.ts";

/** Closes all connections in order and resolves when the last one is gone. */
export async function closeAll(clients: readonly Client[]): Promise<void> {
  await Promise.all(clients.map((client) => new Promise<void>((done) => client.close(done))));
}
