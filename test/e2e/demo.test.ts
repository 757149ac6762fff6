import { describe, expect, it } from "vitest";
import { demoTimeoutMs, runDemo, startDemo } from "../support/demo.ts";
import { TextClient } from "../support/text-client.ts";

describe("what the demo serves", { timeout: demoTimeoutMs }, () => {
  it("names one URL and answers to localhost and 127.0.0.1", async () => {
    const { program, url, port } = await startDemo();
    expect(url).toBe(`http://localhost:${port}`);
    expect(program.stdout.trimEnd().split("\n")).toHaveLength(1);
    for (const host of ["localhost", "127.0.0.1"]) {
      const response = await fetch(`http://${host}:${port}/`);
      expect(response.status).toBe(200);
      expect(await response.text()).toContain("<title>Windlass demo");
      const origin = `http://${host}:${port}`;
      const client = await TextClient.open(`ws://${host}:${port}/echo`, { origin });
      client.send("hello");
      expect(await client.text()).toBe("hello");
      client.socket.terminate();
    }
  });

  it("serves its files with their types and a policy that allows nothing foreign", async () => {
    const { url } = await startDemo();
    const types = {
      "/": "text/html; charset=utf-8",
      "/style.css": "text/css; charset=utf-8",
      "/client.js": "text/javascript; charset=utf-8",
      "/icon.svg": "image/svg+xml",
    };
    for (const [path, type] of Object.entries(types)) {
      const { status, headers } = await fetch(url + path);
      expect({ path, status, type: headers.get("content-type") }).toEqual({
        path,
        status: 200,
        type,
      });
      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(headers.get("content-security-policy")).not.toMatch(/\*|unsafe|https?:/);
    }
    expect((await fetch(`${url}/missing`)).status).toBe(404);
    const posted = await fetch(url, { method: "POST", body: "" });
    expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });

  it("lets in programs without an Origin and refuses foreign pages and hosts", async () => {
    const { url, program } = await startDemo();
    const chat = `${url.replace("http:", "ws:")}/chat`;
    const client = await TextClient.open(chat);
    client.socket.terminate();
    const origin = "https://evil.example";
    await expect(TextClient.open(chat, { origin })).rejects.toThrow("403");
    const [line] = await program.find(/^\{.*"rule":"origin".*$/m);
    expect(JSON.parse(line)).toMatchObject({ rule: "origin", seen: origin });
    const headers = { Host: "evil.example" };
    await expect(TextClient.open(chat, { headers })).rejects.toThrow("404");
  });
});

describe("the demo as a process", { timeout: demoTimeoutMs }, () => {
  it("on every interface answers to any host, for pages of that host", async () => {
    const { port } = await startDemo({ HOST: "0.0.0.0" });
    const url = `ws://127.0.0.1:${port}/chat`;
    const headers = { Host: `box.example:${port}` };
    const origin = `http://box.example:${port}`;
    const client = await TextClient.open(url, { headers, origin });
    client.socket.terminate();
    for (const foreign of ["http://evil.example", "null"]) {
      await expect(TextClient.open(url, { headers, origin: foreign })).rejects.toThrow("403");
    }
  });

  it.each([
    ["a port that is taken", /^Cannot listen on 127\.0\.0\.1:\d+: something else is listening/],
    ["a port that is none", /^port: /],
  ])("says in a sentence what is wrong with %s", async (kind, sentence) => {
    const { port } = await startDemo();
    const PORT = kind === "a port that is taken" ? String(port) : "eighty";
    const second = runDemo({ PORT });
    expect(await second.exited()).toEqual({ code: 1, signal: null });
    expect(second.stderr).toMatch(sentence);
    expect(second.stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(second.stdout).toBe("");
  });

  it.each(["SIGINT", "SIGTERM"] as const)("closes gracefully on %s", async (signal) => {
    const { program, port } = await startDemo();
    const client = await TextClient.open(`ws://localhost:${port}/chat`);
    const exit = program.stop(signal);
    expect(await client.closed).toBe(1001);
    expect(await exit).toEqual({ code: 0, signal: null });
  });
});
