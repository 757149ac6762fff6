import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ClientFrame, Frame, ServerFrame } from "./frame.ts";
import { FrameError } from "./frame-codec.ts";
import { readFrame } from "./read-frame.ts";
import { wireErrors } from "./wire-errors.ts";

const pagePath = join(import.meta.dirname, "../../../docs/reference/wire-protocol.md");
const page = readFileSync(pagePath, "utf8");

/** The first two cells of each row of the table under a heading. */
function tableUnder(heading: string): readonly (readonly [string, string])[] {
  const section = page.split(`\n${heading}\n`)[1]?.split(/^#+ /m)[0] ?? "";
  const rows = [...section.matchAll(/^\| `(\w+)` \|([^|]*)\|/gm)];
  return rows.map(([, first = "", second = ""]) => [first, second]);
}

/** What a direction says of a frame: its members, and whether each may be missing. */
type Members = ReadonlyMap<string, boolean>;

function framesUnder(heading: string): ReadonlyMap<string, Members> {
  return new Map(
    tableUnder(heading).map(([type, cell]) => {
      const members = [...cell.matchAll(/`(\w+)`(\??)/g)];
      return [type, new Map(members.map(([, name = "", mark]) => [name, mark === "?"]))];
    }),
  );
}

const fromClient = framesUnder("### From client to server");
const fromServer = framesUnder("### From server to client");

/** Names of types and members, which the compiler compares with those of frame.ts. */
const clientTypes: Readonly<Record<ClientFrame["type"], true>> = {
  hello: true,
  auth: true,
  event: true,
  request: true,
  response: true,
  error: true,
  cancel: true,
  subscribe: true,
  unsubscribe: true,
  publish: true,
  presence: true,
  ping: true,
};
const serverTypes: Readonly<Record<ServerFrame["type"], true>> = {
  welcome: true,
  authenticated: true,
  event: true,
  request: true,
  cancel: true,
  response: true,
  ack: true,
  error: true,
  publication: true,
  gap: true,
  presence: true,
  subscribed: true,
  unsubscribed: true,
  pong: true,
  reconnect: true,
};
type MemberName = Exclude<
  Frame extends infer F ? (F extends unknown ? keyof F : never) : never,
  "type"
>;
const goodValues: Readonly<Record<MemberName, unknown>> = {
  id: 1,
  name: "say",
  topic: "room/a",
  data: [1],
  details: [1],
  code: "ERR_X",
  message: "No.",
  token: "t",
  session: "0123456789abcdef",
  seen: 5,
  connection: "c1",
  resumed: true,
  tokenExpiresInMs: 1000,
  afterMs: 1000,
  since: { epoch: "e", offset: 0 },
  position: { epoch: "e", offset: 1 },
  offset: 1,
  epoch: "e",
  joined: [{ id: "u1", data: 1 }, { id: "u2" }],
  left: ["u3"],
};
const memberNames = Object.keys(goodValues) as readonly MemberName[];

/** The two directions share one reader: what one of them may leave out, it lets pass. */
function membersOf(type: string): Members {
  const tables = [fromClient.get(type), fromServer.get(type)].filter(
    (table) => table !== undefined,
  );
  const names = new Set(tables.flatMap((table) => [...table.keys()]));
  return new Map([...names].map((name) => [name, tables.some((table) => table.get(name) ?? true)]));
}

function isFrame(value: unknown): boolean {
  try {
    readFrame(value);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(FrameError);
    return false;
  }
}

const types = [...new Set([...fromClient.keys(), ...fromServer.keys()])];

describe("the page of the wire protocol", () => {
  it("lists exactly the frames that clients and servers send", () => {
    expect([...fromClient.keys()].sort()).toEqual(Object.keys(clientTypes).sort());
    expect([...fromServer.keys()].sort()).toEqual(Object.keys(serverTypes).sort());
  });

  it("names no member that frames do not have", () => {
    const documented = types.flatMap((type) => [...membersOf(type).keys()]);
    expect(documented.filter((name) => !(name in goodValues))).toEqual([]);
    expect(memberNames.filter((name) => !documented.includes(name))).toEqual([]);
  });

  it.each(types)("lists the members of %s as they are checked", (type) => {
    const members = membersOf(type);
    const whole = Object.fromEntries(
      [...members.keys()].map((name) => [name, goodValues[name as MemberName]]),
    );
    expect(isFrame({ ...whole, type })).toBe(true);
    for (const name of memberNames) {
      const isFree = name === "data" || name === "details" || !members.has(name);
      const { [name]: _left, ...rest } = whole;
      expect([name, isFrame({ ...rest, type })]).toEqual([name, members.get(name) ?? true]);
      expect([name, isFrame({ ...whole, type, [name]: [-1] })]).toEqual([name, isFree]);
    }
  });

  it("lists exactly the codes of errors that there are, in their order", () => {
    const documented = tableUnder("## Errors").map(([code]) => code);
    expect(documented).toEqual(Object.keys(wireErrors));
  });

  it("has examples that are frames", () => {
    const examples = [...page.matchAll(/^[<>] (\{.*\})$/gm)].map(([, text = ""]) => text);
    expect(examples.length).toBeGreaterThan(3);
    expect(examples.map((text) => isFrame(JSON.parse(text)))).toEqual(examples.map(() => true));
  });
});

it("the sentence of every code says what was wrong and ends as a sentence", () => {
  for (const sentence of Object.values(wireErrors)) expect(sentence).toMatch(/^[A-Z"].{20,}\.$/);
});
