import type { CutAfter, CutMode, ProxyDirection, ProxySide } from "../support/tcp-proxy-link.ts";

/** What happens to the link between the clients and the server. */
export type LinkFault =
  | { readonly do: "cut"; readonly how: CutMode }
  | ({ readonly do: "cutAfter" } & CutAfter)
  | { readonly do: "stall" | "drop"; readonly directions: readonly ProxyDirection[] }
  | { readonly do: "halfOpen"; readonly staysOpen: ProxySide; readonly how: CutMode }
  /** The next connection, from its first byte. */
  | ({ readonly do: "cutNextAfter" } & CutAfter)
  /** New connections only. */
  | { readonly do: "refuse" | "hang" }
  /** All is well again. */
  | { readonly do: "resume" };

/** What is counted on a stage, by all servers that were on it. */
export interface StageFigures {
  /** Connections that reached the server, refused ones not counted. */
  readonly accepted: number;
  readonly refused: number;
  /** Sockets of clients that are there, in whatever condition. */
  readonly sockets: number;
  /** Most sockets at one time that nobody had ended and no fault had hit. */
  readonly maxLive: number;
  /** Connections that speak the protocol, now and in all. */
  readonly connections: number;
  readonly opened: number;
  /** Entries of the journal. */
  readonly notes: number;
  readonly counts: number;
  readonly tokens: number;
  /** Handlers of `never` that wait, and those that were given up. */
  readonly waiting: number;
  readonly givenUp: number;
  /** Connections to the hand-written server, and frames that it got. */
  readonly fakes: number;
  readonly fakeFrames: number;
}

/** Figures that are waited for: an exact one or a bound. */
export type Wanted = {
  readonly [Name in keyof StageFigures]?:
    | number
    | { readonly atLeast: number }
    | { readonly atMost: number };
};

/** What took effect, in order. */
export interface StageJournal {
  readonly notes: readonly number[];
  readonly counts: readonly number[];
  /** What `authenticate` was asked, tokens as they came. */
  readonly tokens: readonly (string | null)[];
  /** Close codes that the server saw. */
  readonly closed: readonly number[];
}

/** Requests of the server to the only client. */
export interface AskOrder {
  readonly name: "triple" | "hold";
  readonly count: number;
  readonly timeoutMs: number;
}

/** How they ended: how many with the right answer, and how many with which code. */
export interface AskOutcome {
  readonly right: number;
  readonly wrong: number;
  readonly codes: Readonly<Record<string, number>>;
}

/** Numbers for a feed: from the first to the last. */
export interface FeedOrder {
  readonly feed: string;
  readonly first: number;
  readonly last: number;
}

/** What a case can have done on its stage; each takes one argument, as JSON. */
export interface StageCommands {
  /** How many sound connections it hit. */
  link(fault: LinkFault): number;
  figures(nothing?: undefined): StageFigures;
  /** Resolves when the figures fit. */
  until(wanted: Wanted): Promise<StageFigures>;
  journal(nothing?: undefined): StageJournal;
  /** Takes the server down (with 1001, or without a word) and puts another one in its place. */
  restart(how: "graceful" | "crash"): Promise<void>;
  stop(how: "graceful" | "crash"): Promise<void>;
  start(nothing?: undefined): Promise<void>;
  /** Closes all connections. */
  close(order: { readonly code: number; readonly retryAfterMs?: number }): void;
  say(text: string): void;
  tellMoment(nothing?: undefined): void;
  ask(order: AskOrder): Promise<AskOutcome>;
  /** Asks for the next moment, and says whether the answer was right. */
  askMoment(nothing?: undefined): Promise<boolean>;
  publish(order: { readonly room: string; readonly who: string }): void;
  /** Publishes numbers to a topic with history, one after the other, a millisecond between them. */
  publishItems(order: FeedOrder): Promise<void>;
  publishMoment(order: { readonly room: string }): void;
  /** Objects of requests that the server's memory still holds after a garbage collection. */
  leftovers(nothing?: undefined): Promise<number>;
  /** Sends these texts to every client of the hand-written server. */
  fakeSend(texts: readonly string[]): void;
  /** What the hand-written server got. */
  fakeReceived(nothing?: undefined): readonly string[];
}

/** The commands from afar. */
export type Stage = {
  readonly [Name in keyof StageCommands]: StageCommands[Name] extends (
    argument: infer Argument,
  ) => infer Result
    ? undefined extends Argument
      ? () => Promise<Awaited<Result>>
      : (argument: Argument) => Promise<Awaited<Result>>
    : never;
};

/** The stage behind a control endpoint. */
export function remoteStage(controlUrl: string): Stage {
  const call = async (name: string, argument: unknown): Promise<unknown> => {
    // A text needs no preflight, which would double the requests of a browser.
    const response = await fetch(`${controlUrl}/${name}`, {
      method: "POST",
      body: JSON.stringify(argument ?? null),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`the stage could not ${name}: ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  };
  return new Proxy({} as Stage, {
    get: (_target, name) => (argument: unknown) => call(String(name), argument),
  });
}
