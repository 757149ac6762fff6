import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { HeaderList } from "../contract/header-list.ts";
import { FetchBody } from "./fetch-body.ts";
import { bytesOf, eager, form, lazy, url, type Wanted } from "./fetch-request.test-helper.ts";
import { createFetchRequest } from "./fetch-request.ts";

const bom = Buffer.from("\u{feff}text");

/** What came of it, also when it failed: results of both kinds of request can then be compared. */
async function outcome(act: () => unknown): Promise<unknown> {
  try {
    return describeValue(await act());
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : error;
  }
}

function describeValue(value: unknown): unknown {
  if (value instanceof Headers) return [...value];
  if (value instanceof AbortSignal) return `signal, aborted: ${value.aborted}`;
  if (value instanceof ReadableStream) return `stream, locked: ${value.locked}`;
  if (value instanceof ArrayBuffer) return `buffer of ${Buffer.from(value).toString("hex")}`;
  if (value instanceof FormData) return [...value];
  if (value instanceof Blob) return `blob of ${value.size} bytes, ${value.type}`;
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString("hex")}`;
  if (typeof value === "function") return "a function";
  return value;
}

function isSame(read: () => unknown): boolean {
  const first = read();
  return read() === first;
}

type Bytes = Request & { bytes(): Promise<Uint8Array> };
type Probe = (request: Request) => unknown;

/** Every member of the class, in this version of the platform. */
const members = Object.getOwnPropertyNames(Request.prototype) as (keyof Request)[];

/** What handlers do with requests. Each is done to a lazy one and to a real one. */
const probes: Readonly<Record<string, Probe>> = {
  "instanceof Request": (request) => request instanceof Request,
  "its class": (request) => request.constructor === Request,
  "its name": (request) => Object.prototype.toString.call(request),
  "for in": (request) => {
    const names: string[] = [];
    for (const name in request) names.push(name);
    return names.sort();
  },
  "own names": (request) => Object.keys(request),
  "the same objects each time": (request) => [
    isSame(() => request.headers),
    isSame(() => request.signal),
    isSame(() => request.body),
  ],
  "names of headers": (request) => [...request.headers.keys()],
  "one header": (request) => [request.headers.get("X-Many"), request.headers.has("cookie")],
  "text()": (request) => request.text(),
  "json()": (request) => request.json(),
  "arrayBuffer()": (request) => request.arrayBuffer(),
  "bytes()": (request) => (request as Bytes).bytes?.(),
  "blob()": (request) => request.blob(),
  "formData()": (request) => request.formData(),
  "text() twice": async (request) => {
    await request.text();
    return request.text();
  },
  "text() and json() at once": (request) => Promise.all([request.text(), request.json()]),
  "body after text()": async (request) => {
    const reading = request.text();
    const during = [request.bodyUsed, request.body?.locked];
    await reading;
    return [during, request.bodyUsed, request.body?.locked];
  },
  "clone() after text()": async (request) => {
    await request.text();
    return request.clone().url;
  },
  "new Request() after text()": async (request) => {
    await request.text();
    return new Request(request).url;
  },
  "new Request() before text()": async (request) => {
    const copy = new Request(request, { headers: { a: "b" } });
    const used = request.bodyUsed;
    return [copy.url, copy.method, [...copy.headers], await copy.text(), used, request.bodyUsed];
  },
  "new Request() with another body": async (request) => {
    const copy = new Request(request, { method: "PUT", body: "else" });
    return [copy.url, copy.method, [...copy.headers], await copy.text()];
  },
  "new Request() with another URL": (request) => new Request("http://else/", request).method,
  "clone()": async (request) => {
    const copy = request.clone();
    const texts = [await request.text(), await copy.text()];
    return [...texts, copy.url, [...copy.headers], request.bodyUsed, copy.bodyUsed];
  },
  "parts of the body": async (request) => {
    const parts: Uint8Array[] = [];
    for await (const part of request.body ?? []) parts.push(part);
    return [Buffer.concat(parts).toString(), request.bodyUsed];
  },
  "text() after a reader was let go": async (request) => {
    const reader = request.body?.getReader();
    reader?.releaseLock();
    return [request.bodyUsed, await request.text()];
  },
  "text() while a reader has it": async (request) => {
    request.body?.getReader();
    return request.text();
  },
  "headers changed before clone()": (request) => {
    request.headers.set("x-new", "1");
    request.headers.delete("x-many");
    const copy = request.clone();
    request.headers.set("x-late", "1");
    const late = new Request(request.url, request);
    return [[...request.headers], [...copy.headers], [...late.headers]];
  },
  "headers changed after clone()": (request) => {
    const { headers } = request.clone();
    request.headers.append("x-many", "3");
    return [[...headers], [...request.headers], [...new Request(request).headers]];
  },
  "headers changed on either side of clone()": (request) => {
    request.headers.append("x-many", "3");
    request.clone();
    request.headers.append("x-many", "4");
    return [...new Request(request).headers];
  },
  "a Proxy of it": async (request) => {
    const proxy = new Proxy(request, {});
    return [proxy.url, proxy.headers.get("host"), await proxy.text()];
  },
  "an heir of it": (request) => {
    const heir: Request = Object.create(request);
    return [heir.url, heir.method, heir instanceof Request, heir.bodyUsed];
  },
  "a property of one's own": (request) => Object.assign(request, { user: "ann" }).user,
  "writing to the URL": (request) => Object.assign(request, { url: "else" }),
  "members called on the class": (request) => Reflect.get(Request.prototype, "url", request),
  "how it is shown": (request) => inspect(request).split("\n", 1)[0],
};

const cases: Readonly<Record<string, Wanted>> = {
  "a GET": {},
  "a HEAD": { method: "HEAD" },
  "a form": { method: "POST", body: form },
  "a JSON text": { method: "PUT", body: '{"a":[1]}' },
  "a text with a byte order mark": { method: "PATCH", body: bom },
  "what is no UTF-8": { method: "POST", body: Uint8Array.of(0xff, 0xfe, 0xfd, 0x41) },
  "an empty body": { method: "DELETE", body: "" },
};

describe("a lazy request", () => {
  it("is made here", () => {
    const symbols = Object.getOwnPropertySymbols(lazy().request);
    expect(symbols.map(String)).toEqual(["Symbol(source)"]);
  });

  it("aborts its signal, and those of its copies, whenever they were asked for", () => {
    const { request, controller } = lazy();
    const copy = request.clone();
    const another = new Request(request);
    controller.abort("gone");
    for (const { signal } of [request, copy, another, request.clone()]) {
      expect([signal.aborted, signal.reason]).toEqual([true, "gone"]);
    }
  });

  it("makes no signal that nobody asked for", async () => {
    let asked = 0;
    const signal = () => {
      asked += 1;
      return new AbortController().signal;
    };
    const body = new FetchBody(() => {});
    const request = createFetchRequest({
      method: "POST",
      url,
      headers: new HeaderList(),
      body,
      signal,
    });
    const reading = request.json();
    body.push(bytesOf("[1]"), true);
    expect([await reading, request.url, request.headers.get("a"), asked]).toEqual([
      [1],
      url,
      null,
      0,
    ]);
    expect([isSame(() => request.signal), asked]).toEqual([true, 1]);
  });

  it("can be fetched", async () => {
    const { request } = lazy({ method: "POST", body: "hello" });
    const server = createServer((incoming, answer) => void incoming.pipe(answer));
    await once(server.listen(0, "127.0.0.1"), "listening");
    try {
      const { port } = server.address() as AddressInfo;
      const answer = await fetch(new Request(`http://127.0.0.1:${port}/`, request));
      expect(await answer.text()).toBe("hello");
      await expect(fetch(request)).rejects.toThrow(TypeError);
    } finally {
      server.close();
    }
  });

  describe.each(Object.entries(cases))("with %s", (_case, wanted) => {
    it.each(members)("has the %s of a real one", async (name) => {
      const [mine, theirs] = [lazy(wanted).request, eager(wanted).request];
      expect(await outcome(() => describeValue(mine[name]))).toEqual(
        await outcome(() => describeValue(theirs[name])),
      );
      const again = [lazy(wanted).request, eager(wanted).request];
      // And once it had to make a real one.
      for (const request of again) void request.cache;
      const [late, real] = again;
      expect(describeValue(late?.[name])).toEqual(describeValue(real?.[name]));
    });

    it.each(Object.entries(probes))("does as a real one: %s", async (_name, probe) => {
      const mine = await outcome(() => probe(lazy(wanted).request));
      expect(mine).toEqual(await outcome(() => probe(eager(wanted).request)));
    });
  });
});
