import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HeaderList } from "../contract/header-list.ts";
import { fetchUrl } from "./fetch-target.ts";
import type { ReadRequest } from "./read-request.ts";

interface Asked {
  readonly method?: string;
  readonly scheme?: "ws" | "wss";
  readonly host?: string;
  readonly path?: string;
  readonly queryString?: string;
  readonly header?: readonly [name: string, value: string];
}

function toRead({
  method = "GET",
  scheme = "ws",
  host = "localhost",
  path = "/",
  queryString = "",
  header: [name, value] = ["x-test", "yes"],
}: Asked): ReadRequest {
  const headers = HeaderList.of(["host", name], [host, value]);
  return { method, path, queryString, host, headers, client: { ip: "127.0.0.1", scheme } };
}

/** What Fetch makes of it, which is what the framework asked before. */
function wanted(asked: Asked): string | undefined {
  const { method, path, queryString, headers, client } = toRead(asked);
  const scheme = client.scheme === "wss" ? "https" : "http";
  const query = queryString === "" ? "" : `?${queryString}`;
  try {
    const url = `${scheme}://${headers.get("host")}${path}${query}`;
    return new Request(url, { method, headers: new Headers([...headers]) }).url;
  } catch {
    return undefined;
  }
}

const hosts = [
  "localhost",
  "LOCALHOST:8080",
  "localhost:80",
  "localhost:443",
  "localhost:",
  "127.0.0.1:1",
  "127.1",
  "1.2.3.4.5",
  "999.1.1.1",
  "[::1]:8080",
  "[0:0::1]",
  "[::g]",
  "a_b.example",
  "xn--a.example",
  "xn--mnchen-3ya.de",
];

describe("the URL of a request", () => {
  it.each(hosts)("is what Fetch makes of host %s", (host) => {
    for (const scheme of ["ws", "wss"] as const) {
      const asked = { scheme, host, path: "/a", queryString: "b" };
      expect(fetchUrl(toRead(asked))).toBe(wanted(asked));
    }
  });

  it("is what Fetch makes of any path and query", () => {
    const printable = fc.string({ unit: fc.constantFrom(...printableCharacters()), maxLength: 12 });
    const query = fc.oneof(printable, fc.string({ unit: "binary", maxLength: 8 }));
    const host = fc.constantFrom(...hosts);
    fc.assert(
      fc.property(printable, query, host, (rest, queryString, host) => {
        const path = `/${rest.replaceAll("\\", "")}`;
        // These are refused before, as they would lead elsewhere.
        fc.pre(!/\/(?:\.|%2e){1,2}(?:\/|$)/i.test(path));
        const asked = { host, path, queryString };
        expect(fetchUrl(toRead(asked))).toBe(wanted(asked));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(["GET", "PURGE", "M-SEARCH", "CONNECT", "TRACE", "TRACK"])(
    "is refused for method %s when Fetch refuses it",
    (method) => {
      expect(fetchUrl(toRead({ method }))).toBe(wanted({ method }));
    },
  );

  it("is refused when Fetch refuses the headers", () => {
    const name = fc.string({ unit: "binary", minLength: 1, maxLength: 3 });
    const value = fc
      .string({ unit: "binary", maxLength: 6 })
      .map((text) => text.replaceAll("\r", ""));
    fc.assert(
      fc.property(
        name,
        fc.oneof(value, fc.constant("\u0100"), fc.constant("\n")),
        (name, value) => {
          const asked = { header: [name.toLowerCase(), value] } as const;
          // The engine's names have no other letters; what lowercase makes of them is no matter here.
          fc.pre(name.toLowerCase() !== "host");
          // White space around a value, which the engine has cut off.
          fc.pre(value === value.trim());
          expect(fetchUrl(toRead(asked))).toBe(wanted(asked));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

function printableCharacters(): string[] {
  return Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index));
}
