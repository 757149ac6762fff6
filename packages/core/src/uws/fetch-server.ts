import type { ReadableStreamDefaultReader } from "node:stream/web";
import { setImmediate as turn } from "node:timers/promises";
import { toError } from "../contract/errors.ts";
import type { Logger } from "../contract/logger.ts";
import { takeText } from "../contract/text-response.ts";
import type { FetchRoute } from "../contract/transport.ts";
import { FetchExchange, type ResponseHead } from "./fetch-exchange.ts";
import { storedBody } from "./fetch-stored-body.ts";
import type { NativeResponse } from "./native.ts";
import type { ReadRequest } from "./read-request.ts";
import type { RefusalLog } from "./refusal-log.ts";

type Params = Readonly<Record<string, string>>;

/** Serves plain HTTP routes: here is what a request means, {@link FetchExchange} moves the bytes. */
export class FetchServer {
  readonly #log: Logger;
  readonly #refusals: RefusalLog;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(log: Logger, refusals: RefusalLog) {
    this.#log = log;
    this.#refusals = refusals;
  }

  /** Must be called in the engine's own callback: later, the request's body would be lost. */
  serve(res: NativeResponse, read: ReadRequest, route: FetchRoute, params: Params): void {
    const fields = { route: route.pattern, ip: read.client.ip };
    const exchange = new FetchExchange(res, read.method, (refusal) => {
      this.#refusals.refused(refusal, fields);
    });
    const request = exchange.receive(read, route.maxBodyBytes);
    if (request === undefined) return;
    let isReported = false;
    const report = (error: unknown): void => {
      // Whoever obeys the abort signal fails with its reason: that is nothing to report. And a body
      // that failed fails once more when it is cancelled.
      if (isReported || !exchange.isNews(error)) return;
      isReported = true;
      this.#log.error({ ...fields, err: toError(error) }, "an HTTP handler failed");
    };
    const info = { ip: read.client.ip, params };
    this.#running += 1;
    void respond(exchange, () => route.handler(request, info), report).finally(() => {
      this.#running -= 1;
      if (this.#running > 0) return;
      for (const resolve of this.#waiting.splice(0)) resolve();
    });
  }

  /** Resolves when no request is being answered. */
  settled(): Promise<void> {
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

/** Runs a handler and sends what it answers; never rejects. */
async function respond(
  exchange: FetchExchange,
  handle: () => unknown,
  report: (error: unknown) => void,
): Promise<void> {
  try {
    const response = await handle();
    const text = takeText(response);
    if (text !== undefined) {
      await exchange.outsideRead();
      await sendWhole(exchange, text, Buffer.from(text.text));
      return;
    }
    if (!(response instanceof Response) || response.type === "error") {
      throw new TypeError("an HTTP handler must return a Response");
    }
    await exchange.outsideRead();
    if (response.body === null) {
      exchange.endWithoutBody(response);
      return;
    }
    const stored = storedBody(response);
    // Also for a stored body, which then cannot be sent twice either.
    const reader: ReadableStreamDefaultReader<unknown> = response.body.getReader();
    if (stored !== undefined) {
      await sendWhole(exchange, response, stored);
      return;
    }
    exchange.onClose((reason) => {
      reader.cancel(reason).catch(report);
    });
    if (exchange.isHead) exchange.endWithoutBody(response);
    else await sendBody(exchange, response, reader);
  } catch (error) {
    // First the report: failing aborts the signal with this very error, which then is no news.
    report(error);
    exchange.fail(error);
  }
}

async function sendWhole(
  exchange: FetchExchange,
  head: ResponseHead,
  bytes: Uint8Array,
): Promise<void> {
  if (exchange.isHead || bytes.byteLength === 0) return exchange.endWithoutBody(head);
  exchange.begin(head, bytes.byteLength);
  await exchange.write(bytes);
  exchange.end();
}

/** A body whose end is in sight goes out with its length, any other one chunked. */
async function sendBody(
  exchange: FetchExchange,
  response: Response,
  reader: ReadableStreamDefaultReader<unknown>,
): Promise<void> {
  const first = await reader.read();
  if (first.done) {
    exchange.endWithoutBody(response);
    return;
  }
  const second = reader.read();
  // A stored body ends within this turn of the event loop, a live one does not.
  const isWhole = (await Promise.race([second, turn()]))?.done;
  const bytes = bytesOf(first.value);
  exchange.begin(response, isWhole ? bytes.byteLength : undefined);
  await exchange.write(bytes);
  for (let next = await second; !next.done; next = await reader.read()) {
    await exchange.write(bytesOf(next.value));
  }
  exchange.end();
}

function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  throw new TypeError("a response body must consist of Uint8Array chunks");
}
