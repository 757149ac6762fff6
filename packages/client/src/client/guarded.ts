/** Takes what user code has thrown. */
export type Report = (thrown: unknown) => void;

/** Calls user code, which may throw or return a promise that rejects, and goes on in any case. */
export function guarded(call: () => unknown, report: Report): void {
  try {
    const result = call();
    if (result instanceof Promise) result.catch(report);
  } catch (thrown) {
    report(thrown);
  }
}
