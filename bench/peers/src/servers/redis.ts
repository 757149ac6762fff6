import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

/**
 * Starts a Redis without persistence that ends with this program, on a free port, and resolves with its
 * URL. It is a child of the server, so that its CPU time counts, too.
 */
export async function startRedis(): Promise<string> {
  const port = await freePort();
  const args = ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const redis = spawn("redis-server", args, { stdio: ["ignore", "pipe", "inherit"] });
  process.on("exit", () => redis.kill("SIGKILL"));
  redis.on("error", (error) => {
    throw new Error(
      `redis-server cannot be started: ${error.message}. On Debian, install the package redis-server.`,
    );
  });
  const lines = createInterface({ input: redis.stdout });
  for await (const line of lines) {
    if (line.includes("Ready to accept connections")) break;
  }
  // What it says later is read, and thrown away: otherwise it would wait.
  redis.stdout.resume();
  return `redis://127.0.0.1:${port}`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string")
    throw new Error("127.0.0.1 has no free port");
  return address.port;
}
