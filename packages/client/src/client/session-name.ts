/** 160 random bits, as numbers with hyphens between: the secret name of a session. */
export function createSessionName(): string {
  return crypto.getRandomValues(new Uint32Array(5)).join("-");
}
