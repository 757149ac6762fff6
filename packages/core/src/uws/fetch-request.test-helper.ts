import { HeaderList } from "../contract/header-list.ts";
import { FetchBody } from "./fetch-body.ts";
import { createFetchRequest } from "./fetch-request.ts";

export const url = "http://localhost:8080/a/b?c=d";
const type = "multipart/form-data; boundary=x";
export const form = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n';
const headerPairs = [
  ["host", "localhost:8080"],
  ["content-type", type],
  ["cookie", "a=1"],
  ["cookie", "b=2"],
  ["x-many", "1"],
  ["x-many", "2"],
] as const;

export interface Made {
  readonly request: Request;
  readonly controller: AbortController;
}

export interface Wanted {
  readonly method?: string;
  readonly body?: Uint8Array | string;
}

export function bytesOf(body: Uint8Array | string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(body));
}

function listOfHeaders(): HeaderList {
  const headers = new HeaderList();
  for (const [name, value] of headerPairs) headers.append(name, value);
  return headers;
}

/** As a handler gets it, with a body that arrives later in two parts. */
export function lazy({ method = "GET", body }: Wanted = {}): Made {
  const controller = new AbortController();
  const arriving = body === undefined ? null : new FetchBody(() => {});
  const signal = () => controller.signal;
  const request = createFetchRequest({
    method,
    url,
    headers: listOfHeaders(),
    body: arriving,
    signal,
  });
  const bytes = bytesOf(body ?? "");
  queueMicrotask(() => {
    arriving?.push(bytes.slice(0, 3), false);
    arriving?.push(bytes.slice(3), true);
  });
  return { request, controller };
}

/** What the framework made before there were lazy ones. */
export function eager({ method = "GET", body }: Wanted = {}): Made {
  const controller = new AbortController();
  const { signal } = controller;
  const init = { method, headers: new Headers([...listOfHeaders()]), duplex: "half" } as const;
  const stream = body === undefined ? null : streamOf(bytesOf(body));
  return { request: new Request(url, { ...init, signal, body: stream }), controller };
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(stream) {
      if (bytes.length > 0) stream.enqueue(bytes);
      stream.close();
    },
  });
}
