import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineProtocol, encoded, request, wireErrors } from "../../index.ts";
import { asyncApiDocument } from "../async-api-document.ts";
import {
  bothWays,
  empty,
  everything,
  info,
  protocols,
  recursive,
  withTopics,
} from "../protocols.test-helper.ts";
import { headingsOf, nestingProblem, tagsOf, textOf } from "./page.test-helper.ts";
import { pageStyle, protocolPageCsp } from "./page-style.ts";
import { protocolPage } from "./protocol-page.ts";

/** Would be an element, an attribute or an entity if it were not escaped. */
const hostile = `</style></title></code><script>alert(1)</script>"' onload=x &lt;`;

const hostileProtocol = defineProtocol({
  client: {
    attack: z
      .object({
        [hostile]: z.string().describe(hostile).default(hostile),
        choice: z.enum([hostile, "b"]),
        pattern: z.string().regex(/<script>"/),
        flagged: z.string().regex(/<script>"/i),
        kind: z.discriminatedUnion(hostile, [
          z.object({ [hostile]: z.literal(`${hostile}1`), a: z.string() }),
          z.object({ [hostile]: z.literal(`${hostile}2`), b: z.string() }),
        ]),
        map: z.record(z.enum([hostile]), z.string().meta({ format: hostile })),
      })
      .meta({ title: hostile, description: hostile }),
    named: z.string().meta({ id: hostile, title: hostile, examples: [hostile] }),
  },
});
const hostileInfo = {
  title: hostile,
  version: hostile,
  description: hostile,
  path: `/${hostile}`,
  subprotocols: [hostile],
};

const pages = Object.entries(protocols).map(([name, protocol]): [string, string] => [
  name,
  protocolPage(protocol, info),
]);
pages.push(["hostile", protocolPage(hostileProtocol, hostileInfo)]);

describe.each(pages)("the page of %s", (_, page) => {
  test("closes every element", () => {
    expect(page.startsWith('<!doctype html>\n<html lang="en">')).toBe(true);
    expect(nestingProblem(page)).toBeUndefined();
  });

  test("has every id once, and something behind every link", () => {
    const tags = tagsOf(page);
    const ids = tags.flatMap(({ attributes }) => attributes["id"] ?? []);
    const links = tags.flatMap(({ attributes }) => attributes["href"] ?? []);
    const labels = tags.flatMap(({ attributes }) => attributes["aria-labelledby"] ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    expect(links.length).toBeGreaterThan(4);
    for (const link of links) expect(ids).toContain(link.replace(/^#/, ""));
    for (const label of labels) expect(ids).toContain(label);
  });

  test("has no scripts, and nothing from elsewhere", () => {
    const names = new Set(tagsOf(page).map(({ name }) => name));
    for (const name of ["script", "link", "img", "iframe"]) expect(names).not.toContain(name);
    const attributes = tagsOf(page).flatMap((tag) => Object.keys(tag.attributes));
    for (const name of attributes) expect(name).not.toMatch(/^(on.*|style|src)$/);
  });

  test("goes down one level of headings at a time", () => {
    const levels = headingsOf(page).map((heading) => Number(heading[1]));
    expect(levels[0]).toBe(1);
    for (const [index, level] of levels.entries()) {
      expect(level).toBeLessThanOrEqual((levels[index - 1] ?? 0) + 1);
    }
  });
});

test("every message of the document has a heading", () => {
  const page = protocolPage(everything, info);
  const { channels } = asyncApiDocument(everything, info);
  const ids = tagsOf(page).flatMap(({ attributes }) => attributes["id"] ?? []);
  const messages = Object.values(channels).flatMap((channel) => Object.keys(channel.messages));
  expect(ids).toEqual(expect.arrayContaining(messages));
  expect(headingsOf(page)).toEqual(
    expect.arrayContaining(["h3 with:colon", "h3 ask", "h4 Result of history", "h4 joined"]),
  );
});

test("the table of contents names every message", () => {
  const [contents = ""] = /<nav.*<\/nav>/s.exec(protocolPage(bothWays, info)) ?? [];
  expect(textOf(contents)).toContain("From client to server history From server to client confirm");
});

test("a message has its direction, fields and an example", () => {
  const text = textOf(protocolPage(bothWays, info));
  expect(text).toContain("history Request, client to server");
  expect(text).toContain("data.limit integer yes at least 1 at most 100");
  expect(text).toContain(
    '{ "type": "request", "id": 1, "name": "history", "data": { "limit": 1 } }',
  );
});

test("a request has its result, in the other direction", () => {
  const text = textOf(protocolPage(bothWays, info));
  expect(text).toContain("Result of history Response, server to client");
  expect(text).toContain("Result of confirm Response, client to server");
  expect(text).toContain('{ "type": "response", "id": 1, "data": [ "text" ] }');
});

test("the declared example of a message is shown", () => {
  const say = z.object({ text: z.string() }).meta({ examples: [{ text: "Is anybody there?" }] });
  const text = textOf(protocolPage(defineProtocol({ client: { say } }), info));
  expect(text).toContain(
    '{ "type": "event", "name": "say", "data": { "text": "Is anybody there?" } }',
  );
});

test("a topic has its parameters, history and presence", () => {
  const text = textOf(protocolPage(withTopics, info));
  expect(text).toContain("room/:name What is published");
  expect(text).toContain("name Written as encodeURIComponent writes it");
  expect(text).toContain("the last 50 publications, for 60000 ms");
  expect(text).toContain("presence.nick string yes");
  expect(text).toContain('"topic": "room/name", "name": "joined"');
});

test("a last-value topic says so", () => {
  const history = { size: 1, ttlMs: 1_000, isLastValue: true };
  const prices = defineProtocol({ topics: { price: { events: { is: z.number() }, history } } });
  expect(textOf(protocolPage(prices, info))).toContain(
    "the last 1 publications, for 1000 ms; who subscribes gets the newest at once",
  );
});

test("a recursive type is described once, and linked", () => {
  const page = protocolPage(recursive, info);
  expect(headingsOf(page)).toContain("h3 Comment");
  expect(page).toContain('array of <a href="#type.Comment">Comment</a>');
});

test("errors and close codes are listed", () => {
  const text = textOf(protocolPage(empty, info));
  for (const [code, sentence] of Object.entries(wireErrors)) {
    expect(text).toContain(`${code} ${sentence}`);
  }
  expect(text).toContain("4504 SessionReplaced");
});

test("hostile text is shown as it is, and is nothing else", () => {
  const page = protocolPage(hostileProtocol, hostileInfo);
  expect(page).not.toContain("<script");
  expect(page).not.toContain("</style></title>");
  expect(textOf(page)).toContain(hostile);
});

test("line breaks of descriptions survive", () => {
  const say = z.string().describe("First.\n\nSecond.");
  const page = protocolPage(defineProtocol({ client: { say } }), info);
  expect(page).toContain('<p class="text">First.\n\nSecond.</p>');
});

test("the page may be served under the policy that it names", () => {
  const page = protocolPage(empty, info);
  const [, style = ""] = /<style>(.*)<\/style>/s.exec(page) ?? [];
  expect(style).toBe(pageStyle);
  const hash = createHash("sha256").update(style).digest("base64");
  expect(protocolPageCsp).toContain(`style-src 'sha256-${hash}'`);
  const metas = tagsOf(page).flatMap(({ attributes }) => attributes["content"] ?? []);
  expect(textOf(metas.join(" "))).toContain(protocolPageCsp);
});

test("an encoded message shows what goes over the wire", () => {
  const at = z.codec(z.iso.datetime(), z.date(), {
    decode: (text) => new Date(text),
    encode: (date) => date.toISOString(),
  });
  const protocol = defineProtocol({ client: { set: request(encoded(at), z.null()) } });
  expect(textOf(protocolPage(protocol, info))).toContain("data string yes format date-time");
});
