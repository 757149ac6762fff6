/** The name that was probably meant: the one with the fewest edits, or one that begins or ends alike. */
export function nearestName(seen: string, names: readonly string[]): string | undefined {
  const wanted = normalize(seen);
  const ranked = names
    .map((name) => ({ name, edits: distance(wanted, normalize(name)) }))
    .sort((a, b) => a.edits - b.edits);
  const [best] = ranked;
  if (best !== undefined && best.edits <= Math.max(1, Math.floor(wanted.length / 3))) {
    return best.name;
  }
  if (wanted.length < 4) return undefined;
  return names.find((name) => {
    const candidate = normalize(name);
    return candidate.includes(wanted) || wanted.includes(candidate);
  });
}

/** Spellings of other tools: `message_bytes`, `--message-bytes`, `durationMs`. */
function normalize(name: string): string {
  return name.replace(/Ms$/, "").replaceAll(/[-_ ]/g, "").toLowerCase();
}

/** Levenshtein distance: how many letters must be put in, taken out or changed. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
