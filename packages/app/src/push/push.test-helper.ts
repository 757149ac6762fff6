import type { HistoryPage, PublishResult, TopicPublishOptions } from "@windlass/core";
import { ManualClock, RecordingLogger } from "@windlass/core/testing";
import { createPushApi, type PushApi } from "./push-api.ts";
import type { PushOptions } from "./push-options.ts";
import type { PushInfo, PushTarget } from "./push-target.ts";
import { signPushRequest } from "./signature.ts";

export const websiteKey = { id: "website", secret: "0123456789abcdef0123456789abcdef" };
export const otherKey = { id: "other", secret: "fedcba9876543210fedcba9876543210" };

/** What a target was asked to do: the name of the call and its arguments. */
export type Call = readonly [name: string, ...args: unknown[]];

/** The framework's topics of all nodes, as far as nonces are concerned. */
export class SharedNonces {
  readonly published: Call[] = [];
  readonly #seen = new Set<string>();
  failure: Error | undefined;

  async publish(
    topic: string,
    data: unknown,
    options?: TopicPublishOptions,
  ): Promise<PublishResult> {
    this.published.push([topic, data, options]);
    if (this.failure !== undefined) throw this.failure;
    const key = `${topic} ${options?.idempotency?.key}`;
    const isDuplicate = this.#seen.has(key);
    this.#seen.add(key);
    return { isDuplicate, hasSubscribers: false };
  }
}

/** An app that notes what it is asked to do, and answers what the test says. */
export class FakeTarget implements PushTarget {
  readonly log = new RecordingLogger();
  readonly calls: Call[] = [];
  readonly topics?: SharedNonces;
  /** What every call rejects with. */
  failure: Error | undefined;
  result: PublishResult = { isDuplicate: false, hasSubscribers: true };
  page: HistoryPage = { publications: [], position: undefined };

  constructor(topics?: SharedNonces) {
    if (topics !== undefined) this.topics = topics;
  }

  readonly users = {
    send: (...args: unknown[]) => this.#call(["users.send", ...args], this.result),
    disconnect: (...args: unknown[]) => this.#call(["users.disconnect", ...args], undefined),
    connections: (...args: unknown[]) => this.#call(["users.connections", ...args], ["c1", "c2"]),
    count: () => this.#call(["users.count"], { users: 2, connections: 3 }),
  };

  readonly presence = {
    members: (...args: unknown[]) =>
      this.#call(
        ["presence.members", ...args],
        [{ memberId: "ann", data: { nick: "Ann" }, connectionIds: ["c1", "c2"] }],
      ),
    count: (...args: unknown[]) =>
      this.#call(["presence.count", ...args], { members: 1, connections: 2 }),
  };

  publish(...args: unknown[]): Promise<PublishResult> {
    return this.#call(["publish", ...args], this.result);
  }

  history(...args: unknown[]): Promise<HistoryPage> {
    return this.#call(["history", ...args], this.page);
  }

  info(): PushInfo {
    return { nodeId: "node1", version: "0.1.0", connections: 3, topics: 4 };
  }

  async #call<Result>(call: Call, result: Result): Promise<Result> {
    this.calls.push(call);
    if (this.failure !== undefined) throw this.failure;
    return result;
  }
}

/** What a test sends. */
export interface TestRequest {
  readonly method?: string;
  /** Default: none. Objects are written as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: `http://localhost`. */
  readonly origin?: string;
  readonly ip?: string;
}

/** An answer that has been read. */
export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A push API with a clock that the test moves. */
export class PushStage {
  /** In the year 2027. */
  readonly clock = new ManualClock(1_800_000_000_000);
  readonly target: FakeTarget;
  readonly api: PushApi;

  constructor(options: Partial<PushOptions> = {}, target: FakeTarget = new FakeTarget()) {
    this.target = target;
    const time = { clock: this.clock, wallClockMs: () => this.clock.now() };
    this.api = createPushApi(target, { keys: [websiteKey, otherKey], ...options }, time);
  }

  /** Sends as it is, without credentials of its own. */
  async send(path: string, request: TestRequest = {}): Promise<TestAnswer> {
    const { origin = "http://localhost", ip = "127.0.0.1" } = request;
    const response = await this.api(toRequest(origin + path, request), { ip, params: {} });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: JSON.parse(text) };
  }

  /** With the secret itself. */
  bearer(path: string, { headers, ...rest }: TestRequest = {}): Promise<TestAnswer> {
    const authorization = `Bearer ${websiteKey.secret}`;
    return this.send(path, { headers: { authorization, ...headers }, ...rest });
  }

  /** With a signature of this moment. */
  signed(path: string, request: TestRequest = {}, key = websiteKey): Promise<TestAnswer> {
    return this.send(path, this.sign(path, request, key));
  }

  /** A request with its signature, to be sent once or more often. */
  sign(path: string, request: TestRequest = {}, key = websiteKey): TestRequest {
    const { method = methodOf(request), body, headers } = request;
    const nowMs = this.clock.now();
    const signature = signPushRequest(key, { method, url: path, body: textOf(body), nowMs });
    return { ...request, headers: { ...signature, ...headers } };
  }
}

function methodOf({ method, body }: TestRequest): string {
  return method ?? (body === undefined ? "GET" : "POST");
}

function textOf(body: unknown): string | Uint8Array {
  if (body === undefined) return "";
  return typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
}

function toRequest(url: string, request: TestRequest): Request {
  const { body, headers } = request;
  return new Request(url, {
    method: methodOf(request),
    headers: { "Content-Type": "application/json", ...headers },
    // Copied: a body of a request has memory of its own.
    ...(body !== undefined && { body: new Blob([Buffer.from(textOf(body))]) }),
  });
}

/** A POST whose body is asked for piece by piece, each time that somebody reads. */
export function streamedRequest(
  path: string,
  pull: (controller: ReadableStreamDefaultController<Uint8Array>) => void,
  init: { readonly headers?: Readonly<Record<string, string>>; readonly signal?: AbortSignal } = {},
): Request {
  const body = new ReadableStream<Uint8Array>({ pull }, { highWaterMark: 0 });
  const streamed = { method: "POST", body, duplex: "half", ...init };
  return new Request(`http://localhost${path}`, streamed);
}
