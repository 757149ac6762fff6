import { HeaderList } from "../contract/header-list.ts";
import { passFor, real, type StandIn } from "../contract/stand-in.ts";
import type { FetchBody } from "./fetch-body.ts";

/** What a request consists of. Everything has been checked to be as Fetch wants it. */
export interface FetchRequestParts {
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderList;
  /** None for GET and HEAD. */
  readonly body: FetchBody | null;
  /** Aborts when the client has gone. Asked for once, when the handler does. */
  readonly signal: () => AbortSignal;
}

/** Decodes as Fetch does: without a byte order mark, and with U+FFFD for what is no UTF-8. */
const decoder = new TextDecoder();

/** A request as a handler sees it, which is answered from its parts as long as they are enough. */
class RequestSource {
  readonly parts: FetchRequestParts;
  #headers: Headers | undefined;
  #signal: AbortSignal | undefined;
  #real: Request | undefined;
  /** Read whole, before there was a real request. */
  #isUsed = false;

  constructor(parts: FetchRequestParts) {
    this.parts = parts;
  }

  get headers(): Headers {
    this.#headers ??= this.#real?.headers ?? toHeaders(this.parts.headers);
    return this.#headers;
  }

  get signal(): AbortSignal {
    this.#signal ??= this.parts.signal();
    return this.#signal;
  }

  get body(): Request["body"] {
    return this.parts.body === null ? null : this.real().body;
  }

  get isUsed(): boolean {
    return this.#real === undefined ? this.#isUsed : this.#real.bodyUsed;
  }

  /** The whole body, of which nobody else has a copy. */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const { body } = this.parts;
    // A real one also knows how to refuse a second reading.
    if (this.#real !== undefined || this.#isUsed) {
      return new Uint8Array(await this.real().arrayBuffer());
    }
    if (body === null) return new Uint8Array();
    this.#isUsed = true;
    return body.bytes();
  }

  /** The real request. The handler never has it in hand, only what it answers. */
  real(): Request {
    if (this.#real === undefined) this.#real = this.#makeReal();
    else if (this.#headers !== undefined) follow(this.#real.headers, this.#headers);
    return this.#real;
  }

  #makeReal(): Request {
    const { method, url, body } = this.parts;
    const headers = this.#headers ?? toHeaders(this.parts.headers);
    const init = { method, headers, duplex: "half", signal: this.signal } as const;
    if (body === null) return new Request(url, init);
    if (!this.#isUsed) return new Request(url, { ...init, body: body.stream() });
    const used = new Request(url, { ...init, body: new Uint8Array() });
    void used.arrayBuffer();
    return used;
  }
}

function toHeaders(list: HeaderList): Headers {
  const headers = new Headers();
  // Each name comes once. All in one list would be checked as such, too.
  for (const [name, value] of list) headers.append(name, value);
  return headers;
}

/** The handler has changed the headers that it was given before there was a real request, or may have. */
function follow(target: Headers, wanted: Headers): void {
  if (target === wanted) return;
  for (const name of [...target.keys()]) target.delete(name);
  for (const [name, value] of wanted) target.append(name, value);
}

/**
 * The state of a request. Under a symbol and not private, so that what handlers wrap requests in, a Proxy or
 * an heir of the object, works as it does with a real one.
 */
const source = Symbol("source");

/** The members that handlers use most. {@link passFor} adds the others. */
class FetchRequest implements StandIn<Request> {
  readonly [source]: RequestSource;

  constructor(parts: FetchRequestParts) {
    this[source] = new RequestSource(parts);
  }

  [real](): Request {
    return this[source].real();
  }

  get method(): string {
    return this[source].parts.method;
  }

  get url(): string {
    return this[source].parts.url;
  }

  get headers(): Headers {
    return this[source].headers;
  }

  get signal(): AbortSignal {
    return this[source].signal;
  }

  get body(): Request["body"] {
    return this[source].body;
  }

  get bodyUsed(): boolean {
    return this[source].isUsed;
  }

  bytes(): Promise<Uint8Array> {
    return this[source].bytes();
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this[source].bytes()).buffer;
  }

  async text(): Promise<string> {
    return decoder.decode(await this[source].bytes());
  }

  async json(): Promise<unknown> {
    return JSON.parse(decoder.decode(await this[source].bytes()));
  }
}

passFor(FetchRequest.prototype, new Request("http://localhost"));

/** A request for a handler: a real one where the platform would not be passed another. */
export function createFetchRequest(parts: FetchRequestParts): Request {
  return canStandIn ? standInFor(parts) : new RequestSource(parts).real();
}

function standInFor(parts: FetchRequestParts): Request {
  // It has every member, but the compiler does not see what passFor() adds.
  return new FetchRequest(parts) as unknown as Request;
}

const canStandIn = isTaken();

function isTaken(): boolean {
  const url = "http://localhost/";
  const signal = (): AbortSignal => new AbortController().signal;
  const parts = { method: "GET", url, headers: new HeaderList(), body: null, signal };
  try {
    return new Request(standInFor(parts)).url === url;
  } catch {
    return false;
  }
}
