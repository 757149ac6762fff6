import { onTestFinished } from "vitest";
import { ChildProgram } from "./child-program.ts";

/** Time for a test that starts the demo, Chromium or both. */
export const demoTimeoutMs = 60_000;

/** The demo as a process of its own. */
export interface RunningDemo {
  readonly program: ChildProgram;
  /** The address that it names: `http://localhost:PORT`. */
  readonly url: string;
  readonly port: number;
}

/** The demo as a process that may well end at once; ended with the test. */
export function runDemo(env: Readonly<Record<string, string>> = {}): ChildProgram {
  const program = new ChildProgram("apps/demo-chat/src/main.ts", { PORT: "0", HOST: "", ...env });
  onTestFinished(async () => void (await program.stop("SIGKILL")));
  return program;
}

/** The demo when it answers; on a free port unless told otherwise. */
export async function startDemo(env: Readonly<Record<string, string>> = {}): Promise<RunningDemo> {
  const program = runDemo(env);
  const [url] = await program.find(/http:\S+/);
  return { program, url, port: Number(new URL(url).port) };
}
