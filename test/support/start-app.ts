import { App, type AppOptions } from "@windlass/app";
import { onTestFinished } from "vitest";
import { MemoryLogger } from "./memory-logger.ts";

/** An App that runs for one test. */
export interface RunningApp {
  readonly app: App;
  readonly port: number;
  /** `ws://localhost:PORT` */
  readonly url: string;
  readonly log: MemoryLogger;
}

/** Where the App listens and what else it is told. */
export interface StartOptions extends AppOptions {
  readonly httpHost?: string;
  readonly address?: string;
}

/** Declares and runs an App on a free port, and closes it when the test is over. */
export async function startApp(
  declare: (app: App) => void,
  { httpHost = "localhost", address = "127.0.0.1", ...options }: StartOptions = {},
): Promise<RunningApp> {
  const log = new MemoryLogger();
  const app = new App(httpHost, 0, address, { logger: log, ...options });
  declare(app);
  const { port } = await app.run();
  onTestFinished(() => app.close({ graceMs: 1_000 }));
  return { app, port, url: `${options.tls ? "wss" : "ws"}://localhost:${port}`, log };
}
