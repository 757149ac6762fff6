/** How many levels a JSON value has, a plain one being 0; counts no further than one more than `most`. */
export function depthOf(value: unknown, most: number): number {
  if (typeof value !== "object" || value === null) return 0;
  if (most === 0) return 1;
  let deepest = 0;
  for (const member of Object.values(value)) {
    deepest = Math.max(deepest, depthOf(member, most - 1));
    if (deepest >= most) break;
  }
  return 1 + deepest;
}
