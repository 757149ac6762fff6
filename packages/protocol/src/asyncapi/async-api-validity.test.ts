import { Parser } from "@asyncapi/parser";
import { describe, expect, test } from "vitest";
import { asyncApiDocument } from "./async-api-document.ts";
import type { AsyncApiDocument } from "./async-api-types.ts";
import { info, protocols, small } from "./protocols.test-helper.ts";

/** Whatever a document refers to outside of itself, which none may. */
const fetched: string[] = [];
const parser = new Parser({
  __unstable: {
    resolver: {
      resolvers: ["http", "https", "file"].map((schema) => ({
        schema,
        order: 1,
        read: (uri: { toString(): string }): string => {
          fetched.push(uri.toString());
          return "{}";
        },
      })),
    },
  },
});

/** What the official parser finds wrong. */
async function problemsOf(document: AsyncApiDocument): Promise<readonly string[]> {
  // The parser writes into what it is given.
  const diagnostics = await parser.validate({ ...structuredClone(document) });
  const errors = diagnostics.filter(({ severity }) => severity === 0);
  return errors.map(({ message, path }) => `${path.join(".")}: ${message}`);
}

// The parser compiles the schemas of AsyncAPI, which takes seconds.
describe("validity", { timeout: 60_000 }, () => {
  test.each(Object.entries(protocols))(
    "the document of %s is valid AsyncAPI and refers to nothing outside",
    async (_, protocol) => {
      expect(await problemsOf(asyncApiDocument(protocol, info))).toEqual([]);
      expect(fetched).toEqual([]);
    },
  );

  test("a route with parameters is a valid address", async () => {
    const document = asyncApiDocument(small, { title: "", version: "1", path: "/rooms/:room/*" });
    expect(document.channels["connection"]?.address).toBe("/rooms/{room}/{rest}");
    expect(await problemsOf(document)).toEqual([]);
  });

  test("the parser does find mistakes", async () => {
    const document = asyncApiDocument(small, info);
    const messages = [{ $ref: "#/channels/connection/messages/client.whisper" }];
    const { "client.say": say, ...others } = document.operations;
    if (say === undefined) throw new Error("There is no say.");
    const wrong = { ...document, operations: { ...others, "client.say": { ...say, messages } } };
    expect(await problemsOf(wrong)).not.toEqual([]);
  });

  test.each(Object.entries(protocols))("the document of %s is plain JSON", (_, protocol) => {
    const document = asyncApiDocument(protocol, info);
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });
});
