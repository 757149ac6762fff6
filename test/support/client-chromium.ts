import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, CDPSession } from "playwright-core";
import type { CaseOrder, CaseResult } from "../client/client-case.ts";
import { launchChromium } from "./chromium.ts";
import type { ClientRuntime } from "./client-runtime.ts";

/** Takes orders, and says when it can. */
const page = `<!doctype html>
<title>cases</title>
<script type="module">
  import { runCase } from "/cases.mjs";
  const complaints = [];
  addEventListener("error", ({ message }) => complaints.push(message));
  addEventListener("unhandledrejection", ({ reason }) => complaints.push(String(reason)));
  const collectGarbage = async () => {
    await fetch("/collect-garbage");
  };
  globalThis.runOrder = async (order) => {
    const result = await runCase(order, { WebSocket, collectGarbage });
    if (complaints.length === 0) return result;
    return { ...result, passed: false, error: "uncaught: " + complaints.join("\\n") };
  };
  fetch("/ready");
</script>`;

/** What a Chromium answers to `Runtime.evaluate`. */
interface Evaluation {
  readonly result: { readonly value?: unknown };
  readonly exceptionDetails?: { readonly text: string };
}

interface Answer {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A Chromium with one page, which is opened anew after a failure. */
export class ChromiumRuntime implements ClientRuntime {
  readonly #browser: Browser;
  readonly #server: Server;
  readonly #cases: Buffer;
  #page: PageSession | undefined;
  #ready = (): void => {};

  private constructor(browser: Browser, cases: Buffer) {
    this.#browser = browser;
    this.#cases = cases;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(casesFile: string): Promise<ChromiumRuntime> {
    const runtime = new ChromiumRuntime(await launchChromium(), await readFile(casesFile));
    runtime.#server.listen(0, "127.0.0.1");
    await once(runtime.#server, "listening");
    return runtime;
  }

  async run(order: CaseOrder): Promise<CaseResult> {
    this.#page ??= await this.#open();
    const expression = `runOrder(${JSON.stringify(order)})`;
    const params = { expression, awaitPromise: true, returnByValue: true };
    const evaluation = (await this.#page.send("Runtime.evaluate", params)) as Evaluation;
    const { exceptionDetails } = evaluation;
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    const result = evaluation.result.value as CaseResult;
    if (!result.passed) {
      await this.#page.close();
      this.#page = undefined;
    }
    return result;
  }

  async close(): Promise<void> {
    await this.#browser.close();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #open(): Promise<PageSession> {
    const ready = new Promise<void>((resolve) => {
      this.#ready = resolve;
    });
    const { port } = this.#server.address() as AddressInfo;
    const opened = await PageSession.open(this.#browser, `http://127.0.0.1:${port}/`);
    await ready;
    return opened;
  }

  async #serve({ url }: IncomingMessage, response: ServerResponse): Promise<void> {
    const isCases = url === "/cases.mjs";
    response.setHeader("Content-Type", isCases ? "text/javascript" : "text/html");
    if (url === "/ready") this.#ready();
    if (url === "/collect-garbage") await this.#page?.send("HeapProfiler.collectGarbage", {});
    response.end(isCases ? this.#cases : page);
  }
}

/**
 * A page that is steered by the DevTools protocol alone. Pages of Playwright report each frame of a
 * WebSocket, which takes half of the time of cases with many of them.
 */
class PageSession {
  readonly #session: CDPSession;
  readonly #target: { readonly targetId: string; readonly sessionId: string };
  readonly #answers = new Map<number, Answer>();
  #lastId = 0;

  private constructor(
    session: CDPSession,
    target: { readonly targetId: string; readonly sessionId: string },
  ) {
    this.#session = session;
    this.#target = target;
    session.on("Target.receivedMessageFromTarget", ({ message }) => {
      const { id, result, method } = JSON.parse(message);
      this.#answers.get(id)?.resolve(result);
      this.#answers.delete(id);
      if (method === "Inspector.targetCrashed") this.#crashed();
    });
  }

  static async open(browser: Browser, url: string): Promise<PageSession> {
    const session = await browser.newBrowserCDPSession();
    // Playwright takes over the pages of its own contexts only.
    const { browserContextId } = await session.send("Target.createBrowserContext");
    const { targetId } = await session.send("Target.createTarget", { url, browserContextId });
    const { sessionId } = await session.send("Target.attachToTarget", { targetId, flatten: false });
    return new PageSession(session, { targetId, sessionId });
  }

  async send(method: string, params: object): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#answers.set(id, { resolve, reject });
    });
    const message = JSON.stringify({ id, method, params });
    const { sessionId } = this.#target;
    await this.#session.send("Target.sendMessageToTarget", { sessionId, message });
    return await answer;
  }

  async close(): Promise<void> {
    await this.#session.send("Target.closeTarget", { targetId: this.#target.targetId });
    await this.#session.detach();
  }

  #crashed(): void {
    for (const { reject } of this.#answers.values()) reject(new Error("the page has crashed"));
    this.#answers.clear();
  }
}
