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

/** The promise itself. That it rejects is reported, so that nobody has to look at it. */
export function reported<Value>(promise: Promise<Value>, report: Report): Promise<Value> {
  promise.catch(report);
  return promise;
}
