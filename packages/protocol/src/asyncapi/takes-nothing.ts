import type { z } from "zod";

/** Types that take `undefined`, whatever is in them. */
const always: ReadonlySet<string> = new Set([
  "unknown",
  "any",
  "optional",
  "default",
  "prefault",
  "catch",
  "void",
  "undefined",
]);

/**
 * Whether a schema takes `undefined`, as far as its form tells. As a member of an object even
 * `z.unknown()` must be there; as the data of a frame it need not.
 */
export function takesNothing(schema: z.core.$ZodType): boolean {
  if (always.has(schema._zod.def.type)) return true;
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "union":
      return def.options.some(takesNothing);
    case "intersection":
      return takesNothing(def.left) && takesNothing(def.right);
    case "nullable":
    case "readonly":
      return takesNothing(def.innerType);
    case "pipe":
      return takesNothing(def.in);
    case "lazy":
      return takesNothing(def.getter());
    default:
      return false;
  }
}
