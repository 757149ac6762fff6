/** A value, or a promise of it: what a callback may return that is allowed to be `async`. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * Tells a promise (or any thenable) from a plain value without awaiting it, so that the
 * synchronous path costs one `typeof` and no microtask.
 */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    "then" in value &&
    typeof value.then === "function"
  );
}
