/**
 * The talk between the comparison and a server program, in lines: the server writes its port when it
 * listens, and answers each `collect` after a garbage collection, so that memory is read without
 * garbage. The end of its input is the end of the program: no server outlives the comparison.
 * Works in Node.js and in Bun.
 */
const runtime = globalThis as {
  readonly gc?: (options?: { readonly type: "minor"; readonly execution: "sync" }) => void;
  readonly Bun?: { gc(force: boolean): void };
};

/** Tells the port, then obeys. Called once, when the server listens. */
export function reportListening(port: number): void {
  say({ port });
  process.stdin.setEncoding("utf8");
  process.stdin.on("data", (lines: string) => {
    if (lines.includes("collect")) void collect();
  });
  process.stdin.on("end", () => process.exit(0));
}

/**
 * Several times with pauses, since finalizers of one round (sockets, native handles) free more for the
 * next. Two minor collections move what is young to the old generation: pages of the young one come
 * and go by the megabyte, at other times than connections do.
 */
async function collect(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    runtime.Bun?.gc(true);
    runtime.gc?.({ type: "minor", execution: "sync" });
    runtime.gc?.({ type: "minor", execution: "sync" });
    runtime.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  say({ collected: true });
}

function say(message: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
