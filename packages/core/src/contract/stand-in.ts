/** Makes the real object when it is first asked for. */
export const real: unique symbol = Symbol("real");

/** An object that passes for one of a class of the platform. */
export interface StandIn<Real extends object> {
  [real](): Real;
}

/**
 * Lets the objects of a class pass for those of a class of the platform, such as `Request`: they inherit
 * from its prototype, so `instanceof` holds, and what they do not answer themselves the real object does.
 *
 * The platform reads the state of its objects by symbols, in `new Request(request)` and `fetch(request)`:
 * these are passed on, too. A platform that keeps it in private fields takes no stand-in: try it first.
 *
 * @param prototype that of the class; what the platform does not have is removed from it
 * @param example an object of the platform
 */
export function passFor<Real extends object>(prototype: StandIn<Real>, example: Real): void {
  const base: object = Reflect.getPrototypeOf(example) ?? {};
  for (const key of Object.getOwnPropertyNames(prototype)) {
    // The class is inherited. And Request.bytes() is young.
    if (key === "constructor" || !(key in base)) Reflect.deleteProperty(prototype, key);
  }
  Object.setPrototypeOf(prototype, base);
  for (const key of Reflect.ownKeys(base)) {
    const theirs = Reflect.getOwnPropertyDescriptor(base, key) ?? {};
    const ours = Reflect.getOwnPropertyDescriptor(prototype, key) ?? passedOn(theirs);
    const { enumerable = false } = theirs;
    if (ours !== undefined) Object.defineProperty(prototype, key, { ...ours, enumerable });
  }
  for (const key of Object.getOwnPropertySymbols(example)) {
    Object.defineProperty(prototype, key, {
      get(this: StandIn<Real>): unknown {
        return Reflect.get(this[real](), key);
      },
    });
  }
}

/** A member that the real object answers; undefined for what is inherited. */
function passedOn({ get, value }: PropertyDescriptor): PropertyDescriptor | undefined {
  if (get !== undefined) {
    return {
      configurable: true,
      get(this: StandIn<object>): unknown {
        return Reflect.apply(get, this[real](), []);
      },
    };
  }
  // Not the class itself.
  if (typeof value !== "function" || "prototype" in value) return undefined;
  return {
    configurable: true,
    writable: true,
    value(this: StandIn<object>, ...values: unknown[]): unknown {
      return Reflect.apply(value, this[real](), values);
    },
  };
}
