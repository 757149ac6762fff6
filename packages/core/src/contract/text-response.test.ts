import { describe, expect, it } from "vitest";
import { takeText, textResponse } from "./text-response.ts";

const shared = new Headers({ "content-type": "application/json", "x-many": "1" });
const text = '{"a":"ü"}';

const lazy = (): Response => textResponse({ text, status: 201, headers: shared });
const eager = (): Response => new Response(text, { status: 201, headers: shared });

function describeValue(value: unknown): unknown {
  if (value instanceof Headers) return [...value];
  if (value instanceof ReadableStream) return `stream, locked: ${value.locked}`;
  return typeof value === "function" ? "a function" : value;
}

const probes: Readonly<Record<string, (response: Response) => unknown>> = {
  "instanceof Response": (response) => response instanceof Response,
  "its class": (response) => response.constructor === Response,
  "its name": (response) => Object.prototype.toString.call(response),
  "text()": (response) => response.text(),
  "json()": (response) => response.json(),
  "arrayBuffer()": async (response) => Buffer.from(await response.arrayBuffer()).toString("hex"),
  "text() twice": async (response) => {
    await response.text();
    return response.text().catch(String);
  },
  "clone()": async (response) => {
    const copy = response.clone();
    return [await copy.text(), await response.text(), copy.status, [...copy.headers]];
  },
  "a response made of it": async (response) => {
    const copy = new Response(response.body, response);
    return [await copy.text(), copy.status, [...copy.headers], response.bodyUsed];
  },
  "headers that are changed": (response) => {
    response.headers.set("x-new", "1");
    response.headers.delete("x-many");
    return [...response.headers];
  },
  "a Proxy of it": async (response) => {
    const proxy = new Proxy(response, {});
    return [proxy.status, proxy.ok, await proxy.text()];
  },
};

const members = Object.getOwnPropertyNames(Response.prototype) as (keyof Response)[];

describe("a response with a text", () => {
  it.each(members)("has the %s of a real one", (name) => {
    expect(describeValue(lazy()[name])).toEqual(describeValue(eager()[name]));
  });

  it.each(Object.entries(probes))("does as a real one: %s", async (_name, probe) => {
    expect(await probe(lazy())).toEqual(await probe(eager()));
  });

  it("shares headers, but not changes to them", () => {
    lazy().headers.set("x-many", "2");
    expect(lazy().headers.get("x-many")).toBe("1");
  });

  it("gives its text once, and is used then", () => {
    const response = lazy();
    expect(takeText(response)).toEqual({ text, status: 201, headers: shared });
    expect(takeText(response)).toBeUndefined();
    expect(() => response.body?.getReader()).toThrow(TypeError);
  });

  it("does not give its text when somebody may have changed something, and no real one does", () => {
    const seen = lazy();
    seen.headers.set("x-new", "1");
    expect(takeText(seen)).toBeUndefined();
    for (const other of [eager(), {}, undefined, null, "text"]) {
      expect(takeText(other)).toBeUndefined();
    }
  });
});
