import { createServer } from "node:net";

/**
 * A port of 127.0.0.1 that was free a moment ago, for tests that need the same port twice; others
 * bind port 0.
 */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== "object" || address === null) throw new Error("no port was bound");
  return address.port;
}
