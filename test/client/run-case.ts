import { allCases } from "./all-cases.ts";
import {
  CaseContext,
  type CaseEnvironment,
  type CaseOrder,
  type CaseResult,
  defaultTimeoutMs,
} from "./client-case.ts";

/** Runs one case where this is called. Never rejects. */
export async function runCase(order: CaseOrder, environment: CaseEnvironment): Promise<CaseResult> {
  const { name } = order;
  const context = new CaseContext(order, environment);
  const startedAtMs = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const found = allCases(order.isLong).find((candidate) => candidate.name === name);
    if (found === undefined) throw new Error(`there is no case "${name}"`);
    const { run, timeoutMs = defaultTimeoutMs } = found;
    await Promise.race([
      run(context).then(() => context.finish()),
      new Promise((_resolve, reject) => {
        timer = setTimeout(() => reject(tooLate(context, timeoutMs)), timeoutMs);
      }),
    ]);
    const durationMs = Math.round(performance.now() - startedAtMs);
    return { name, passed: true, error: null, figures: { ...context.figures, durationMs } };
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return {
      name,
      passed: false,
      error: `${text}\nafter: ${context.step}`,
      figures: context.figures,
    };
  } finally {
    clearTimeout(timer);
  }
}

function tooLate(context: CaseContext, timeoutMs: number): Error {
  return new Error(
    `it did not end within ${timeoutMs} ms; the last that happened: ${context.step}`,
  );
}
