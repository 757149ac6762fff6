/** What the platform keeps of a body besides its stream. */
interface KeptBody {
  readonly source?: unknown;
}

interface KeptState {
  readonly body?: KeptBody | null;
}

const probe = "probe";
/** Under which the platform keeps the state of a response; undefined where it does not. */
const stateKey = findStateKey(new Response(probe));

/**
 * The bytes of a response that was made of a text or of bytes, which are there at once: reading them from
 * the stream takes longer than making the response. Undefined for any other body, and where the platform
 * (Node 24 does) hides them.
 */
export function storedBody(response: Response): Uint8Array | undefined {
  if (stateKey === undefined || response.bodyUsed) return undefined;
  const source = stateOf(response, stateKey)?.body?.source;
  if (typeof source === "string") return Buffer.from(source);
  return source instanceof Uint8Array ? source : undefined;
}

function findStateKey(response: Response): symbol | undefined {
  return Object.getOwnPropertySymbols(response).find(
    (key) => stateOf(response, key)?.body?.source === probe,
  );
}

function stateOf(response: Response, key: symbol): KeptState | undefined {
  const state: unknown = Reflect.get(response, key);
  return typeof state === "object" && state !== null ? state : undefined;
}
