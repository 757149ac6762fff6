import { fileURLToPath } from "node:url";
import { type App, createPushApi, type PushApi } from "@windlass/app";
import { onTestFinished } from "vitest";
import { runCommand } from "./run-command.ts";
import { startApp } from "./start-app.ts";
import { TextClient } from "./text-client.ts";

const repositoryRoot = fileURLToPath(new URL("../../", import.meta.url));

/** The key of the website in these tests. */
export const pushKey = { id: "website", secret: "5b0ddc1a1f5e4b2f9b1d6f6f0f0c1d2e" };

/** An App with users and with the push API, and how programs in other languages reach it. */
export interface PushServer {
  readonly app: App;
  readonly pushApi: PushApi;
  /** Where the push API is. */
  readonly apiUrl: string;
  /** What the example programs read. */
  readonly env: NodeJS.ProcessEnv;
  /** Where a user connects, who is then subscribed to `news`. */
  liveUrl(userId: string): string;
  connect(userId: string): Promise<TextClient>;
  /** Runs a program from the root of the repository, and returns what it printed. */
  run(command: string, ...args: string[]): Promise<string>;
}

/** Starts it for one test. */
export async function startPushServer(): Promise<PushServer> {
  let pushApi: PushApi | undefined;
  const { app, port, url } = await startApp((declared) => {
    declared.route(
      "/live",
      { onOpen: (connection) => void connection.subscribe("news"), onMessage() {} },
      ["*"],
      { authenticate: ({ query }) => ({ userId: query.get("user") ?? "nobody" }) },
    );
    // Only what is signed: this is what the programs are for.
    pushApi = createPushApi(declared, { keys: [pushKey], bearer: "never" });
    declared.http("/api/*", pushApi);
  });
  if (pushApi === undefined) throw new Error("declared nothing");
  const apiUrl = `http://localhost:${port}/api`;
  const env = {
    ...process.env,
    WINDLASS_URL: apiUrl,
    WINDLASS_KEY: pushKey.id,
    WINDLASS_SECRET: pushKey.secret,
    PYTHONDONTWRITEBYTECODE: "1",
  };
  const liveUrl = (userId: string): string => `${url}/live?user=${encodeURIComponent(userId)}`;
  return {
    app,
    pushApi,
    apiUrl,
    env,
    liveUrl,
    async connect(userId) {
      const client = await TextClient.open(liveUrl(userId));
      onTestFinished(() => client.socket.terminate());
      return client;
    },
    run: (command, ...args) => runCommand(command, args, { cwd: repositoryRoot, env }),
  };
}
