import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Adapter } from "../contract/adapter.ts";
import { loadAdapter, resolveAdapter } from "./adapters.ts";

const envelope = '{ format, before: "<", after: ">", holdsPayload: true }';
const good = `export const adapter = {
  name: "angles",
  request: (format) => [${envelope}],
  reply: (format) => (${envelope}),
};`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "windlass-bench-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(source: string, name = "adapter.mjs"): string {
  const path = join(folder, name);
  writeFileSync(path, source);
  return path;
}

function load(source: string): Promise<Adapter> {
  return loadAdapter(write(source));
}

describe("loadAdapter", () => {
  it("knows plain messages", async () => {
    const adapter = await loadAdapter("plain");
    expect(adapter.reply("binary", 0)).toMatchObject({ format: "binary", before: "", after: "" });
    const url = new URL("ws://127.0.0.1/rooms/{topic}?again={topic}");
    expect(adapter.target?.(url, 12)).toBe("/rooms/12?again=12");
    expect(adapter.control).toBeUndefined();
  });

  it("imports a module by path or URL and checks its answers", async () => {
    const path = write(good);
    for (const name of [path, pathToFileURL(path).href]) {
      const adapter = await loadAdapter(name);
      expect(adapter.name).toBe("angles");
      expect(adapter.reply("text", 0)).toMatchObject({ before: "<", after: ">" });
      expect(adapter).not.toHaveProperty("control");
    }
  });

  it("takes an object of a class and calls its methods on it", async () => {
    const adapter = await load(`class Angles {
      name = "angles";
      #mark = "<";
      request(format) { return [this.reply(format)]; }
      reply(format) { return { format, before: this.#mark, after: "", holdsPayload: true }; }
      control() { return { kind: this.#mark === "<" ? "ready" : "ignore" }; }
      locate() { return this.#mark.length; }
    }
    export const adapter = new Angles();`);
    expect(adapter.request("text", 0)).toHaveLength(1);
    expect(adapter.control?.(Buffer.alloc(0), "text")).toEqual({ kind: "ready" });
    expect(adapter.locate?.(Buffer.alloc(0), "text")).toBe(1);
  });

  it.each([
    ["", /exports no adapter; expected "export const adapter/],
    ["export const adapter = 5;", /adapter of .*: .*; seen 5\.$/],
    ["throw new Error('broken');", /cannot be loaded: Error: broken/],
    ["export const adapter = {", /adapter\.mjs cannot be loaded: /],
    [good.replace('"angles"', '""'), /adapter of .*\.name: expected a text; seen ""\.$/],
    [good.replace("  reply:", "  repply:"), /repply: there is no such name; did you mean reply\?/],
  ])("refuses the module %o", async (source, problem) => {
    await expect(load(source)).rejects.toThrow(problem);
  });

  it.each([
    ["websocket", /^adapter: expected "plain", "socket\.io" or the path .*; seen "websocket"\.$/],
    ["./missing.mjs", /^adapter: there is no file .*missing\.mjs\.$/],
  ])("refuses the name %o", async (name, problem) => {
    await expect(loadAdapter(name)).rejects.toThrow(problem);
  });

  it("says when request, reply or control answer nonsense", async () => {
    const none = await load(
      good.replace("[{", "[{ ...{").replace("true }]", "true }, holdsPayload: false }]"),
    );
    expect(() => none.request("text", 0)).toThrow(/request\(\) of .*exactly one envelope/);
    const odd = await loadAdapter(write(good.replace('"<"', "5"), "odd.mjs"));
    expect(() => odd.request("text", 0)).toThrow(
      /request\(\) .*0\.before: expected a text; seen 5/,
    );
    const mute = `${good.slice(0, -2)} control: () => ({ kind: "redy" }) };`;
    const adapter = await loadAdapter(write(mute, "mute.mjs"));
    expect(() => adapter.control?.(Buffer.alloc(0), "text")).toThrow(/control\(\) .*kind: "ready"/);
  });

  it.each(["target", "greeting", "request", "reply"] as const)(
    "names the module when its %s() throws",
    async (member) => {
      const source = `${good} adapter.${member} = () => { throw new Error("boom"); };`;
      const adapter = await load(source);
      const call = (): unknown =>
        adapter[member]?.(new URL("ws://127.0.0.1/") as never, 0 as never);
      expect(call).toThrow(new RegExp(`^${member}\\(\\) of the adapter of .* threw: boom$`));
    },
  );

  it("refuses a target that would not be one in a request", async () => {
    const source = `${good} adapter.target = () => "/a b\\r\\nX-Admin: 1";`;
    const adapter = await load(source);
    expect(() => adapter.target?.(new URL("ws://127.0.0.1/"), 0)).toThrow("expected a path");
  });
});

it("resolveAdapter makes paths absolute and leaves names alone", () => {
  expect(resolveAdapter("a/b.mjs", "/home")).toBe("/home/a/b.mjs");
  expect(resolveAdapter("b.mjs", "/home")).toBe("/home/b.mjs");
  expect(resolveAdapter("/b.mjs", "/home")).toBe("/b.mjs");
  for (const name of ["plain", "socket.io", "socket.io/a", "other", "file:///b.mjs"]) {
    expect(resolveAdapter(name, "/home")).toBe(name);
  }
});
