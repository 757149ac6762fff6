/** The elements of a comma-separated header (RFC 9110 section 5.6.1), trimmed, without empty ones. */
export function headerTokens(header: string | null): string[] {
  if (header === null) return [];
  return header
    .split(",")
    .map((token) => token.trim())
    .filter((token) => token !== "");
}
