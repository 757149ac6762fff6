import { STATUS_CODES } from "node:http";
import { setImmediate as turn } from "node:timers/promises";
import type { RefusalCode } from "../contract/error-catalogue.ts";
import { type Refusal, refuse } from "../contract/guard.ts";
import { FetchBody } from "./fetch-body.ts";
import { createFetchRequest } from "./fetch-request.ts";
import { fetchUrl } from "./fetch-target.ts";
import type { NativeResponse } from "./native.ts";
import type { ReadRequest } from "./read-request.ts";
import { writeRefusal } from "./write-refusal.ts";

/** Less than one writable event drains, so that the native buffer shrinks from event to event. */
const sliceBytes = 16 * 1024;
/** The native layer writes these itself. */
const nativeHeaders: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "date",
  "keep-alive",
  "transfer-encoding",
]);
/** What of a response leaves before its body. */
export type ResponseHead = Pick<Response, "status" | "headers"> & { readonly statusText?: string };

const ended = new DOMException("the response has ended", "AbortError");

/**
 * One plain HTTP request and its answer: the only owner of the native handle.
 *
 * The handle is invalid once it has ended or aborted, and an exception that reaches native code is
 * fatal. So whatever touches it checks `#isOpen` first.
 */
export class FetchExchange {
  readonly #res: NativeResponse;
  readonly #method: string;
  readonly #onRefused: (refusal: Refusal) => void;
  /** Made when somebody wants its signal. */
  #abort: AbortController | undefined;
  /** Why the signal aborts, and undefined while it does not. */
  #aborted: { readonly reason: unknown } | undefined;
  /** Held for its signal: undici drops the link from ours to it when the request is collected. */
  #request: Request | undefined;
  #body: FetchBody | undefined;
  #head: ResponseHead | undefined;
  #length: number | undefined;
  #isOpen = true;
  #isPaused = false;
  #isStarted = false;
  #wake: (() => void) | undefined;
  #cancel: ((reason: unknown) => void) | undefined;

  /** @param onRefused told what the exchange itself refused: a body too large, a bad request. */
  constructor(res: NativeResponse, method: string, onRefused: (refusal: Refusal) => void) {
    this.#res = res;
    this.#method = method;
    this.#onRefused = onRefused;
    res.onAborted(() => this.#close(new DOMException("the client disconnected", "AbortError")));
  }

  get isHead(): boolean {
    return this.#method === "HEAD";
  }

  /** The request as the Fetch standard has it; undefined when it was refused and answered here. */
  receive(read: ReadRequest, maxBytes: number): Request | undefined {
    const { method, headers } = read;
    const length = contentLength(headers) ?? 0;
    const url = fetchUrl(read);
    if (url === undefined) {
      // Without the URL, because of its query.
      const seen = `a ${method} request for ${read.path}`;
      this.#refuse("ERR_REQUEST_INVALID", "request", seen, "a request that Fetch allows");
    } else if (length > maxBytes) {
      this.#refuse("ERR_BODY_TOO_LARGE", "body", `${length} bytes`, `at most ${maxBytes} bytes`);
    } else {
      const hasBody = length > 0 || headers.has("transfer-encoding");
      const body = hasBody && method !== "GET" && method !== "HEAD" ? this.#read(maxBytes) : null;
      this.#request = createFetchRequest({
        method,
        url,
        headers,
        body,
        signal: () => this.#signal,
      });
    }
    return this.#request;
  }

  #read(maxBytes: number): FetchBody {
    const body = new FetchBody((isPaused) => this.#throttle(isPaused));
    this.#body = body;
    let received = 0;
    // It is called after the end of the response too, until the client has sent its whole body.
    this.#res.onData((data, isLast) => {
      received += data.byteLength;
      // Copied: the native buffer is detached when this returns.
      if (received > maxBytes) this.#tooLarge(maxBytes);
      else if (body.isArriving) body.push(new Uint8Array(data.slice(0)), isLast);
    });
    return body;
  }

  /**
   * pause() stops writable events too, so during a response each side would wait for the other;
   * a resume() without its pause(), or with another amount buffered for sending, deafens the socket.
   */
  #throttle(paused: boolean): void {
    if (!this.#isOpen || paused === this.#isPaused || (paused && this.#isStarted)) return;
    this.#isPaused = paused;
    if (paused) this.#res.pause();
    else this.#res.resume();
  }

  /** The head leaves with the first bytes, so an error before them can still be answered 500. */
  begin(head: ResponseHead, knownLength: number | undefined): void {
    this.#head = head;
    this.#length = knownLength ?? contentLength(head.headers);
  }

  /**
   * Promises settle inside onData, and a write there breaks a TLS connection that is still receiving:
   * while a body arrives, wait for the next turn of the event loop.
   */
  async outsideRead(): Promise<void> {
    if (this.#isReceiving) await turn();
  }

  /** Resolves when the client can take more. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; this.#isOpen && rest.byteLength > 0; ) {
      if (this.#isReceiving) await this.outsideRead();
      if (!this.#isOpen) return;
      const length = this.#length;
      const [sent, flowing] = length === undefined ? this.#chunk(rest) : this.#part(rest, length);
      rest = rest.subarray(sent);
      if (!flowing && this.#isOpen) await this.#writable();
    }
  }

  /** uWS keeps what the socket does not take. */
  #chunk(bytes: Uint8Array): [sent: number, flowing: boolean] {
    const slice = bytes.subarray(0, sliceBytes);
    const flowing = this.#cork((res) => res.write(slice));
    return [slice.byteLength, flowing === true];
  }

  /** We keep what the socket does not take. */
  #part(bytes: Uint8Array, length: number): [sent: number, flowing: boolean] {
    const start = this.#res.getWriteOffset();
    if (start + bytes.byteLength > length) throw new RangeError("body over its content-length");
    const [flowing, done] = this.#cork((res) => res.tryEnd(bytes, length)) ?? [true, false];
    if (done) this.#close(ended);
    return [done ? bytes.byteLength : this.#res.getWriteOffset() - start, flowing];
  }

  #writable(): Promise<void> {
    // Once: uWS puts the handler that runs back over one that is registered meanwhile.
    if (this.#wake === undefined) this.#res.onWritable(() => this.#drain());
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Given a handler, uWS no longer sends its own buffer: an empty cork does. */
  #drain(): boolean {
    this.#cork(() => {});
    this.#wake?.();
    return true;
  }

  end(): void {
    if (this.#isOpen && this.#length !== undefined) {
      throw new RangeError("body under its content-length");
    }
    this.#finish((res) => res.end());
  }

  endWithoutBody(head: ResponseHead): void {
    const length = contentLength(head.headers);
    this.#head = head;
    this.#finish((res) => {
      const isEmpty = head.status === 204 || head.status === 304;
      if (!isEmpty && this.#method !== "HEAD") return res.end();
      // As a header: endWithoutBody(length) would leave the exchange pending, and refuse the next.
      if (!isEmpty && length !== undefined) res.writeHeader("content-length", `${length}`);
      return res.endWithoutBody();
    });
  }

  /** Answers 500, or cuts the connection if an answer is already under way. */
  fail(reason: unknown): void {
    this.#abandon(
      refuse({ rule: "http", code: "ERR_HTTP_HANDLER_FAILED", seen: "", wanted: "" }),
      reason,
    );
  }

  #tooLarge(maxBytes: number): void {
    if (!this.#isOpen) return;
    this.#refuse("ERR_BODY_TOO_LARGE", "body", "more", `at most ${maxBytes} bytes`);
  }

  #refuse(code: RefusalCode, rule: string, seen: string, wanted: string): void {
    const refusal = refuse({ rule, code, seen, wanted });
    this.#abandon(refusal, new DOMException(`${code}: ${seen}`, "AbortError"));
    this.#onRefused(refusal);
  }

  #abandon(refusal: Refusal, reason: unknown): void {
    if (this.#isStarted && this.#isOpen) {
      this.#close(reason);
      this.#res.close();
    } else {
      this.#head = undefined;
      this.#finish((res) => writeRefusal(res, refusal, this.#method), reason);
    }
  }

  #finish(write: (res: NativeResponse) => unknown, reason: unknown = ended): void {
    this.#cork(write);
    this.#close(reason);
  }

  #cork<Result>(write: (res: NativeResponse) => Result): Result | undefined {
    if (!this.#isOpen) return;
    this.#throttle(false);
    this.#isStarted = true;
    const head = this.#head;
    this.#head = undefined;
    let result: Result | undefined;
    this.#res.cork(() => {
      if (head !== undefined) writeHead(this.#res, head);
      result = write(this.#res);
    });
    return result;
  }

  #close(reason: unknown): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#body?.fail(reason);
    if (reason !== ended) {
      this.#aborted = { reason };
      this.#abort?.abort(reason);
    }
    this.#cancel?.(reason);
    this.#wake?.();
  }

  get #isReceiving(): boolean {
    return this.#body?.isArriving === true;
  }

  get #signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#aborted !== undefined) this.#abort.abort(this.#aborted.reason);
    }
    return this.#abort.signal;
  }

  /** The callback stops the response stream; at once if there is no one left to read it. */
  onClose(cancel: (reason: unknown) => void): void {
    if (this.#isOpen) this.#cancel = cancel;
    else cancel(this.#signal.reason);
  }

  /** Whoever obeys the abort signal fails with its reason: that is nothing to report. */
  isNews(error: unknown): boolean {
    return this.#aborted === undefined || error !== this.#signal.reason;
  }
}

function writeHead(res: NativeResponse, { status, statusText, headers }: ResponseHead): void {
  res.writeStatus(statusLine(status, statusText));
  for (const [name, value] of headers) {
    // A header value is bytes in Fetch, one a character; the engine would write it as UTF-8.
    if (!nativeHeaders.has(name)) res.writeHeader(name, Buffer.from(value, "latin1"));
  }
}

function statusLine(status: number, text = ""): string {
  return `${status} ${text || (STATUS_CODES[status] ?? "")}`;
}

function contentLength(headers: Pick<Headers, "get">): number | undefined {
  const value = headers.get("content-length");
  return value !== null && /^\d+$/.test(value) ? Number(value) : undefined;
}
