import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { launchChromium } from "../support/chromium.ts";
import { contrasts } from "../support/contrast.ts";
import { installTimeoutMs } from "../support/debian-package.ts";
import { demoTimeoutMs, startDemo } from "../support/demo.ts";
import { freePort } from "../support/free-port.ts";

let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium({ "evil.example": "127.0.0.1" });
}, installTimeoutMs);

afterAll(async () => {
  await browser?.close();
});

describe("the demo's page talks", { timeout: demoTimeoutMs }, () => {
  it("with the other tab, each text once", async () => {
    const { url } = await startDemo();
    const [anna, ben] = [await openPanel(url, "Chat"), await openPanel(url, "Chat")];
    await write(anna, "hello <b>Ben</b>");
    await expect.poll(() => texts(ben)).toEqual(["Someone: hello <b>Ben</b>"]);
    await write(ben, "hello Anna");
    // Had her own text come back, it would stand before this one.
    await expect.poll(() => texts(anna)).toEqual(["You: hello <b>Ben</b>", "Someone: hello Anna"]);
    expect(await texts(ben)).toEqual(["Someone: hello <b>Ben</b>", "You: hello Anna"]);
  });

  it("with the echo", async () => {
    const { url } = await startDemo();
    const echo = await openPanel(url, "Echo");
    await write(echo, "once more");
    await expect.poll(() => texts(echo)).toEqual(["You: once more", "Echo: once more"]);
  });

  it("under 127.0.0.1 as well, within its policy and from its own files only", async () => {
    const { port } = await startDemo();
    const page = await newPage();
    const complaints: string[] = [];
    const hosts = new Set<string>();
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => hosts.add(new URL(request.url()).host));
    const chat = await openPanel(`http://127.0.0.1:${port}`, "Chat", page);
    await write(chat, "hello");
    expect(await texts(chat)).toEqual(["You: hello"]);
    expect(complaints).toEqual([]);
    expect([...hosts]).toEqual([`127.0.0.1:${port}`]);
  });

  it.each([
    ["SIGTERM", "closed (1001)"],
    ["SIGKILL", "closed (1006)"],
  ] as const)(
    "until the server is ended by %s, and again after Reconnect",
    async (signal, state) => {
      // Not port 0: the engine then omits SO_REUSEADDR, and while a client lingers nobody can bind again.
      const PORT = String(await freePort());
      const { url, program } = await startDemo({ PORT });
      const chat = await openPanel(url, "Chat");
      await program.stop(signal);
      await expect.poll(() => stateOf(chat)).toBe(state);
      await chat.getByRole("textbox").fill("into the void");
      await chat.getByRole("textbox").press("Enter");
      expect(await chat.getByRole("log").textContent()).toContain("Not sent");
      await chat.getByRole("button", { name: "Reconnect chat" }).click();
      await expect.poll(() => stateOf(chat)).toBe("closed (1006)");
      await startDemo({ PORT });
      await chat.getByRole("button", { name: "Reconnect chat" }).click();
      await expect.poll(() => stateOf(chat)).toBe("open");
      await chat.getByRole("button", { name: "Send" }).click();
      expect(await texts(chat)).toEqual(["You: into the void"]);
    },
  );
});

describe("the demo's page is accessible", { timeout: demoTimeoutMs }, () => {
  it("with the keyboard alone", async () => {
    const { url } = await startDemo();
    const page = await newPage();
    const chat = await openPanel(url, "Chat", page);
    const other = await openPanel(url, "Chat");
    const press = (key: string) => page.keyboard.press(key);
    await press("Tab");
    await press("Space");
    await expect.poll(() => stateOf(chat)).toBe("closed (1000)");
    await press("Enter");
    await expect.poll(() => stateOf(chat)).toBe("open");
    expect(await focused(page)).toBe("Disconnect chat");
    await press("Tab");
    expect(await focused(page)).toBe("Chat messages");
    await press("Tab");
    await page.keyboard.type("no mouse");
    await press("Enter");
    await page.keyboard.type("needed");
    await press("Tab");
    await press("Space");
    await expect.poll(() => texts(other)).toEqual(["Someone: no mouse", "Someone: needed"]);
  });

  it("with a name for every control and landmark", async () => {
    const { url } = await startDemo();
    const page = await newPage();
    await openPanel(url, "Chat", page);
    const snapshot = await page.locator("body").ariaSnapshot();
    expect(snapshot).toContain('textbox "Message to everyone else"');
    expect(snapshot).toContain('textbox "Message to the server"');
    expect(snapshot).toMatch(/- banner:.*- main:.*- contentinfo:/s);
    const unnamed = /^\s*- (?:textbox|button|region|log|status)(?! ").*/m;
    expect(unnamed.exec(snapshot)).toBeNull();
  });

  it.each(["light", "dark"] as const)(
    "with readable colours when it is %s",
    async (colorScheme) => {
      const { url, program } = await startDemo();
      const page = await newPage({ colorScheme, reducedMotion: "reduce" });
      const echo = await openPanel(url, "Echo", page);
      await write(echo, "seen");
      await expect.poll(() => texts(echo)).toHaveLength(2);
      // One panel with messages and open, the other without and closed.
      await page.getByRole("button", { name: "Disconnect chat" }).click();
      for (const { text, ratio } of await page.evaluate(contrasts)) {
        expect.soft(ratio, text).toBeGreaterThanOrEqual(4.5);
      }
      await program.stop();
    },
  );
});

describe("the demo's server", { timeout: demoTimeoutMs }, () => {
  it("is not lent to pages of other sites", async () => {
    const { port, program } = await startDemo();
    const foreign = createServer((_request, response) => {
      response.setHeader("Content-Type", "text/html").end("<!doctype html><title>foreign</title>");
    });
    await new Promise<void>((resolve) => foreign.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void foreign.close());
    const origin = `http://evil.example:${(foreign.address() as AddressInfo).port}`;
    const page = await newPage();
    await page.goto(origin);
    const events = await page.evaluate(connectFromPage, `ws://localhost:${port}/chat`);
    expect(events).toEqual(["error", "close 1006"]);
    const [line] = await program.find(/^\{.*"rule":"origin".*$/m);
    expect(JSON.parse(line)).toMatchObject({ rule: "origin", seen: origin, status: 403 });
  });
});

async function newPage(options: Parameters<Browser["newPage"]>[0] = {}): Promise<Page> {
  const page = await browser.newPage(options);
  onTestFinished(async () => await page.close());
  return page;
}

/** A panel of the page, once its connection is open. */
async function openPanel(url: string, name: string, page?: Page): Promise<Locator> {
  const tab = page ?? (await newPage());
  await tab.goto(url);
  const panel = tab.getByRole("region", { name });
  await expect.poll(() => stateOf(panel)).toBe("open");
  return panel;
}

async function write(panel: Locator, text: string): Promise<void> {
  await panel.getByRole("textbox").fill(text);
  await panel.getByRole("button", { name: "Send" }).click();
}

async function stateOf(panel: Locator): Promise<string | null> {
  return await panel.getByRole("status").textContent();
}

/** The messages of a panel: `You: hello`. */
async function texts(panel: Locator): Promise<string[]> {
  const entries = await panel.getByRole("article").all();
  return await Promise.all(
    entries.map(async (entry) => {
      const author = await entry.locator(".author").textContent();
      return `${author}: ${await entry.locator(".text").textContent()}`;
    }),
  );
}

async function focused(page: Page): Promise<string | null> {
  return await page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? null);
}

/** Runs in the page: what happens to a connection, until it is closed. */
function connectFromPage(url: string): Promise<string[]> {
  return new Promise((resolve) => {
    const events: string[] = [];
    const socket = new WebSocket(url);
    socket.onopen = () => {
      events.push("open");
      socket.close();
    };
    socket.onerror = () => events.push("error");
    socket.onclose = ({ code }) => resolve([...events, `close ${code}`]);
  });
}
