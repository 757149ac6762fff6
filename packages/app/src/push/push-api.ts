import {
  type Clock,
  type FetchHandler,
  type FetchInfo,
  systemClock,
  textResponse,
} from "@windlass/core";
import { parseOptions } from "../option-error.ts";
import { Authenticator, type RequestHead } from "./authenticator.ts";
import { type BatchContext, runBatch } from "./batch.ts";
import { Failures } from "./failures.ts";
import { KeyRing } from "./key-ring.ts";
import { openApiDocument } from "./open-api.ts";
import type { OperationContext } from "./operations.ts";
import { PushError } from "./push-errors.ts";
import { type ParsedPushOptions, type PushOptions, pushOptionsSchema } from "./push-options.ts";
import type { PushTarget } from "./push-target.ts";
import { parseBody, readBody } from "./read-body.ts";
import { inputFromQuery } from "./read-query.ts";
import { completeInput } from "./request-input.ts";
import { findRoute, type PushMatch } from "./routes.ts";
import { runOperation } from "./run-operation.ts";

/** What a push API has done so far. */
export interface PushStats {
  /** Requests that were answered, however. */
  readonly requests: number;
  /** Requests without credentials, with wrong ones, or replayed. */
  readonly failedAuthentications: number;
}

/** A Fetch handler for `app.http()`. */
export interface PushApi extends FetchHandler {
  /** A live view. */
  readonly stats: PushStats;
}

/** How it is told what time it is; tests have their own. */
export interface PushTime {
  /** For rates. */
  readonly clock: Clock;
  /** Milliseconds since 1970, for timestamps. */
  readonly wallClockMs: () => number;
}

const systemTime: PushTime = { clock: systemClock, wallClockMs: Date.now };
const answerHeaders = new Headers({
  "Content-Type": "application/json",
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
});

/**
 * An HTTP API for what has no WebSocket: a website in PHP, a job, a script. It publishes to topics and
 * sends to users; `docs/reference/push-api.md` has every endpoint.
 *
 * @example
 * const pushApi = createPushApi(app, { keys: [{ id: "website", secret: process.env.PUSH_SECRET }] });
 * app.http("/api/*", pushApi);
 *
 * @param target whom it pushes to; it may be served by another App, on a port of its own
 * @param options see docs/reference/options.md#push-api-options
 * @param time for timestamps and rates; tests pass one that they move
 * @throws WindlassError `ERR_OPTION_INVALID`
 */
export function createPushApi(
  target: PushTarget,
  options: PushOptions,
  time: PushTime = systemTime,
): PushApi {
  const parsed = parseOptions(pushOptionsSchema, options, "options of createPushApi()");
  const server = new PushServer(target, parsed, time);
  const handler: FetchHandler = (request, info) => server.handle(request, info);
  return Object.assign(handler, { stats: server.stats });
}

class PushServer {
  readonly stats = { requests: 0, failedAuthentications: 0 };
  readonly #target: PushTarget;
  readonly #options: ParsedPushOptions;
  readonly #clock: Clock;
  readonly #authenticator: Authenticator;
  readonly #failures: Failures;
  /** Made when it is first asked for. */
  #document: string | undefined;

  constructor(target: PushTarget, options: ParsedPushOptions, { clock, wallClockMs }: PushTime) {
    this.#target = target;
    this.#options = options;
    this.#clock = clock;
    const keys = new KeyRing(options, clock.now());
    const { topics } = target;
    this.#authenticator = new Authenticator(options, { keys, topics, wallClockMs });
    this.#failures = new Failures(target.log, clock, this.stats);
  }

  /** Rejects only when the client has gone away. */
  async handle(request: Request, info: FetchInfo): Promise<Response> {
    this.stats.requests += 1;
    try {
      const text = await this.#answer(request, info);
      return textResponse({ text, status: 200, headers: answerHeaders });
    } catch (thrown) {
      // Whoever serves this knows that the client has gone, and waits for no answer.
      if (request.signal.aborted) throw thrown;
      const { status, headers, body } = this.#failures.answer(thrown, { ip: info.ip });
      const challenge = status === 401 && { "WWW-Authenticate": this.#challenge };
      const all = new Headers({ ...Object.fromEntries(answerHeaders), ...headers, ...challenge });
      return textResponse({ text: JSON.stringify(body), status, headers: all });
    }
  }

  async #answer(request: Request, info: FetchInfo): Promise<string> {
    const { method, headers } = request;
    const head = readHead(request, info);
    const match = this.#match(head);
    const { key, verify } = this.#authenticator.begin(head);
    const body = await readBody(request, this.#options.maxBodyBytes);
    await verify(body);
    key.use(this.#clock.now());
    const { endpoint } = match.route;
    if (endpoint === "document") {
      this.#document ??= JSON.stringify(openApiDocument(this.#options));
      return this.#document;
    }
    const given =
      method === "GET" ? inputFromQuery(head.query) : parseBody(body, headers.get("content-type"));
    const input = completeInput(given, match, headers.get("idempotency-key"));
    const context = { target: this.#target, key };
    const answer =
      endpoint === "batch"
        ? await runBatch(input, this.#batchContext(context, info))
        : await runOperation(endpoint, input, context);
    return JSON.stringify(answer);
  }

  /** @throws PushError `ERR_ROUTE_NOT_FOUND`, `ERR_METHOD_NOT_ALLOWED` */
  #match({ method, path }: RequestHead): PushMatch {
    const { basePath } = this.#options;
    const match = path.startsWith(`${basePath}/`)
      ? findRoute(path.slice(basePath.length))
      : undefined;
    if (match === undefined) throw new PushError("ERR_ROUTE_NOT_FOUND");
    const methods: readonly string[] = match.route.methods;
    if (methods.includes(method)) return match;
    throw new PushError("ERR_METHOD_NOT_ALLOWED", {
      values: { allowed: methods.join(" and ") },
      headers: { Allow: methods.join(", ") },
    });
  }

  #batchContext(context: OperationContext, { ip }: FetchInfo): BatchContext {
    return {
      ...context,
      maxOperations: this.#options.maxBatchOperations,
      count: () => context.key.use(this.#clock.now()),
      answer: (error) => this.#failures.answer(error, { ip, key: context.key.id }),
    };
  }

  /** RFC 9110 section 11.6.1. */
  get #challenge(): string {
    return this.#options.bearer === "never" ? "Windlass" : "Windlass, Bearer";
  }
}

/** The parts of a request that are looked at before its body is. */
function readHead({ method, url, headers }: Request, info: FetchInfo): RequestHead {
  // Not by way of a URL object: the text is that already, and signatures are about the text.
  const pathAndQuery = url.slice(url.indexOf("/", "https://".length));
  const mark = pathAndQuery.indexOf("?");
  const path = mark < 0 ? pathAndQuery : pathAndQuery.slice(0, mark);
  const query = mark < 0 ? "" : pathAndQuery.slice(mark + 1);
  const isEncrypted = url.startsWith("https:");
  return { method, pathAndQuery, path, query, isEncrypted, headers, info };
}
