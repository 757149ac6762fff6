import { FrameError } from "./frame-codec.ts";

/** @throws FrameError when a value is nested too deeply or has a key that reaches a prototype */
export function checkPlainValue(value: unknown, maxDepth: number): void {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return;
  if (maxDepth <= 0) throw tooDeep();
  if (Array.isArray(value)) {
    for (const item of value) checkPlainValue(item, maxDepth - 1);
    return;
  }
  for (const key of Object.keys(value)) {
    const member: unknown = (value as Record<string, unknown>)[key];
    // The rule of secure JSON parsers: these two are how a merge reaches Object.prototype.
    if (key === "__proto__" || (key === "constructor" && hasPrototypeKey(member))) {
      throw forbiddenKey(key);
    }
    checkPlainValue(member, maxDepth - 1);
  }
}

export function forbiddenKey(key: "__proto__" | "constructor"): FrameError {
  return new FrameError(`the key "${key}" is not allowed`);
}

export function tooDeep(): FrameError {
  return new FrameError("it is nested too deeply");
}

function hasPrototypeKey(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, "prototype");
}
