import { setTimeout as pause } from "node:timers/promises";
import type {
  AskOrder,
  AskOutcome,
  FeedOrder,
  LinkFault,
  StageCommands,
  StageFigures,
  StageJournal,
  Wanted,
} from "../client/stage-commands.ts";
import { type StageConnection, StageRecord } from "./client-stage-record.ts";
import { StageServer } from "./client-stage-server.ts";
import { MemoryLogger } from "./memory-logger.ts";
import { TcpProxy } from "./tcp-proxy.ts";

/** A server, a proxy in front of it, and what has happened: all that one case plays with. */
export class ClientStage implements StageCommands {
  readonly log = new MemoryLogger();
  readonly proxy: TcpProxy;
  readonly #record: StageRecord;
  readonly #waiting = new Set<() => void>();
  #server: StageServer | undefined;

  private constructor(proxy: TcpProxy) {
    this.proxy = proxy;
    this.#record = new StageRecord(() => this.#changed());
    proxy.onChange = () => this.#changed();
  }

  /** Starts proxy and server on free ports. */
  static async start(): Promise<ClientStage> {
    const stage = new ClientStage(await TcpProxy.start(0));
    await stage.start();
    return stage;
  }

  /** Ends everything. */
  async end(): Promise<void> {
    await this.proxy.close();
    await this.#server?.close();
  }

  link(fault: LinkFault): number {
    const { proxy } = this;
    const { live } = proxy.figures;
    switch (fault.do) {
      case "cut":
        proxy.cut(fault.how);
        break;
      case "cutAfter":
        proxy.cutAfter(fault);
        break;
      case "cutNextAfter":
        proxy.cutNextAfter = fault;
        break;
      case "stall":
        proxy.stall(...fault.directions);
        break;
      case "drop":
        proxy.drop(...fault.directions);
        break;
      case "halfOpen":
        proxy.halfOpen(fault.staysOpen, fault.how);
        break;
      case "refuse":
      case "hang":
        proxy.admission = fault.do;
        break;
      case "resume":
        proxy.resume();
        break;
      default:
        fault satisfies never;
    }
    return live;
  }

  figures(): StageFigures {
    const { acceptedAtMs, refused, open, maxLive } = this.proxy.figures;
    const record = this.#record;
    return {
      accepted: acceptedAtMs.length,
      refused,
      sockets: open,
      maxLive,
      connections: record.connections.size,
      opened: record.opened,
      notes: record.notes.length,
      counts: record.counts.length,
      tokens: record.tokens.length,
      waiting: record.waiting,
      givenUp: record.givenUp,
      fakes: this.#server?.fakeServer.connections.size ?? 0,
      fakeFrames: record.fakeReceived.length,
    };
  }

  async until(wanted: Wanted): Promise<StageFigures> {
    while (!fits(this.figures(), wanted)) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
    return this.figures();
  }

  journal(): StageJournal {
    const { notes, counts, tokens, closed } = this.#record;
    return { notes, counts, tokens, closed };
  }

  async restart(how: "graceful" | "crash"): Promise<void> {
    await this.stop(how);
    await this.start();
  }

  async stop(how: "graceful" | "crash"): Promise<void> {
    this.proxy.admission = "refuse";
    if (how === "crash") this.proxy.cut("rst");
    await this.#server?.close();
    this.#server = undefined;
  }

  async start(): Promise<void> {
    this.#server = new StageServer(this.#record, this.log);
    this.proxy.targetPort = await this.#server.run();
    this.proxy.admission = "pass";
  }

  close({ code, retryAfterMs }: { readonly code: number; readonly retryAfterMs?: number }): void {
    const hint = retryAfterMs === undefined ? {} : { retryAfterMs };
    for (const connection of this.#record.connections) connection.close(code, hint);
    this.#server?.closeOthers(code);
  }

  say(text: string): void {
    for (const connection of this.#record.connections) connection.send("said", { text });
  }

  tellMoment(): void {
    for (const connection of this.#record.connections) connection.send("moment", moment());
  }

  async ask({ name, count, timeoutMs }: AskOrder): Promise<AskOutcome> {
    const connection = this.#only();
    const codes: Record<string, number> = {};
    let right = 0;
    let wrong = 0;
    const askOne = async (n: number): Promise<void> => {
      const signal = this.#record.trackedSignal();
      try {
        const options = { timeoutMs, ...(signal && { signal }) };
        const tripled = await connection.request(name, { n }, options);
        if (tripled === 3 * n) right += 1;
        else wrong += 1;
      } catch (error) {
        const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
        codes[code] = (codes[code] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: count }, (_, n) => askOne(n)));
    return { right, wrong, codes };
  }

  async askMoment(): Promise<boolean> {
    const asked = moment();
    const { at, total } = await this.#only().request("nextMoment", asked);
    return at.getTime() === asked.at.getTime() + 86_400_000 && total === asked.total + 1n;
  }

  publish({ room, who }: { readonly room: string; readonly who: string }): void {
    this.#running.component.publish("room/:name", { name: room }, "joined", { who });
  }

  async publishItems({ feed, first, last }: FeedOrder): Promise<void> {
    for (let n = first; n <= last; n += 1) {
      await this.#running.component.publish("feed/:name", { name: feed }, "item", { n });
      await pause(1);
    }
  }

  publishMoment({ room }: { readonly room: string }): void {
    this.#running.component.publish("room/:name", { name: room }, "moment", moment());
  }

  async leftovers(): Promise<number> {
    return await this.#record.leftovers();
  }

  fakeSend(texts: readonly string[]): void {
    for (const connection of this.#running.fakeServer.connections) {
      for (const text of texts) connection.send(text);
    }
  }

  fakeReceived(): readonly string[] {
    return this.#record.fakeReceived;
  }

  get #running(): StageServer {
    if (this.#server === undefined) throw new Error("the server is down; start it first");
    return this.#server;
  }

  #only(): StageConnection {
    const [connection, ...others] = this.#record.connections;
    if (connection === undefined || others.length > 0) {
      throw new Error(`there are ${this.#record.connections.size} clients; wanted one`);
    }
    return connection;
  }

  #changed(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

function moment(): { at: Date; total: bigint } {
  return { at: new Date("2026-11-27T10:00:00.123Z"), total: 2n ** 70n };
}

function fits(figures: StageFigures, wanted: Wanted): boolean {
  return Object.entries(wanted).every(([name, bound]) => {
    const value = figures[name as keyof StageFigures];
    if (typeof bound === "number") return value === bound;
    return "atLeast" in bound ? value >= bound.atLeast : value <= bound.atMost;
  });
}
