/** Objects and lists inside each other; more are taken for ones that hold themselves. */
export const maxEncodedDepth = 1000;

/**
 * A copy of a value as `JSON.stringify` would write it, except that a Uint8Array stays what it is
 * and strings are well-formed.
 *
 * @throws TypeError for a bigint, and for what is nested deeper than 1,000 or holds itself
 */
export function plainOf(value: unknown): unknown {
  return copyOf(value, "", maxEncodedDepth);
}

/** `undefined` for what has no JSON: such members are left out. */
function copyOf(original: unknown, key: string, depth: number): unknown {
  const value = written(original, key);
  switch (typeof value) {
    case "string":
      return value.toWellFormed();
    case "number":
      return Number.isFinite(value) ? value : null;
    case "boolean":
      return value;
    case "object":
      return value === null || value instanceof Uint8Array ? value : copyOfMembers(value, depth);
    case "bigint":
      throw new TypeError(
        "A bigint cannot travel in a frame; write bigintString, a codec of @windlass/protocol, in its schema.",
      );
    default:
      return undefined;
  }
}

/** What JSON.stringify takes in the place of a value: what `toJSON` says, and `1` for `new Number(1)`. */
function written(original: unknown, key: string): unknown {
  if (typeof original === "string" || original === null || original instanceof Uint8Array) {
    return original;
  }
  const value = hasToJson(original) ? original.toJSON(key) : original;
  const isBoxed = value instanceof Number || value instanceof String || value instanceof Boolean;
  return isBoxed ? value.valueOf() : value;
}

function hasToJson(value: unknown): value is { toJSON(key: string): unknown } {
  const canHave = (typeof value === "object" && value !== null) || typeof value === "bigint";
  return canHave && typeof (value as { toJSON?: unknown }).toJSON === "function";
}

function copyOfMembers(value: object, depth: number): unknown {
  if (depth === 0) {
    throw new TypeError(
      `The data of a frame is nested deeper than ${maxEncodedDepth} levels or holds itself; send less of it.`,
    );
  }
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (let index = 0; index < value.length; index += 1) {
      items.push(copyOf(value[index], String(index), depth - 1) ?? null);
    }
    return items;
  }
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const copied = copyOf((value as Record<string, unknown>)[key], key, depth - 1);
    if (copied !== undefined) define(copy, key.toWellFormed(), copied);
  }
  return copy;
}

function define(copy: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== "__proto__") {
    copy[key] = value;
    return;
  }
  // Written, as JSON does, so that the receiver says what is wrong with it.
  Object.defineProperty(copy, key, { value, enumerable: true });
}
