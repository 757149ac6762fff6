/**
 * A value as a document can hold it; `undefined` when it cannot. It must have a form in JSON, and no
 * `$ref` in it: whoever reads the document would follow that.
 */
export function plainJson(value: unknown): unknown {
  try {
    const text: string | undefined = JSON.stringify(value);
    return text === undefined || text.includes('"$ref"') ? undefined : JSON.parse(text);
  } catch {
    // A bigint, or a circle.
    return undefined;
  }
}
