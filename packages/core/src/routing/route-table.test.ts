import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type RouteDeclaration, RouteTable } from "./route-table.ts";

type Named = RouteDeclaration<string>;

/** A table whose routes are called as `pattern@host`. */
function tableOf(...names: string[]): RouteTable<string> {
  const table = new RouteTable<string>();
  for (const name of names) table.add(declare(name));
  return table;
}

function declare(name: string): Named {
  const [pattern = "", hosts = ""] = name.split("@");
  return { pattern, hosts: hosts.split(","), route: name };
}

const routeOf = (table: RouteTable<string>, path: string, host = "localhost") => {
  const match = table.find(path, host);
  return match.accepted ? match.route : match.code;
};

describe("RouteTable", () => {
  it.each([
    ["/room/lobby", "/room/lobby"],
    ["/room/7", "/room/:name"],
    ["/room/7/x", "/room/*"],
    ["/hall/7", "/:kind/:name"],
    ["/hall", "/:kind"],
    ["/hall/", "/:kind/*"],
    ["/", "/*"],
  ])("finds for %s the most specific pattern, %s", (path, pattern) => {
    const patterns = ["/*", "/:kind/*", "/:kind", "/:kind/:name", "/room/*", "/room/:name"];
    expect(routeOf(tableOf(...patterns, "/room/lobby"), path)).toBe(pattern);
  });

  it("answers in the same way whatever the order of declaration", () => {
    const segment = fc.constantFrom("a", "b", ":x", ":y");
    const pattern = fc
      .tuple(fc.array(segment, { minLength: 1, maxLength: 3 }), fc.boolean())
      .map(([segments, isOpen]) => `/${[...segments, ...(isOpen ? ["*"] : [])].join("/")}`);
    const host = fc.constantFrom("", "one.example", "two.example");
    const name = fc.tuple(pattern, host).map((parts) => parts.join("@"));
    const path = fc.array(fc.constantFrom("a", "b", "c", ""), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.uniqueArray(name, { maxLength: 12 }),
        fc.infiniteStream(fc.nat()),
        fc.array(fc.tuple(path, host), { maxLength: 10 }),
        (names, seeds, requests) => {
          const valid = names.filter((item) => isDeclarable(item)).reduce(keepDeclarable, []);
          const shuffled = valid
            .map((item) => ({ item, rank: seeds.next().value ?? 0 }))
            .sort((a, b) => a.rank - b.rank)
            .map(({ item }) => item);
          const [first, second] = [tableOf(...valid), tableOf(...shuffled)];
          for (const [segments, wanted] of requests) {
            const text = `/${segments.join("/")}`;
            expect(routeOf(second, text, wanted)).toBe(routeOf(first, text, wanted));
          }
        },
      ),
    );
  });

  it("finds a route for a named host before one for any host", () => {
    for (const names of [
      ["/chat@", "/chat@example.com"],
      ["/chat@example.com", "/chat@"],
      ["/:x@", "/:x@example.com"],
    ]) {
      const table = tableOf(...names);
      const path = "/chat";
      expect(routeOf(table, path, "example.com")).toMatch(/@example\.com$/);
      expect(routeOf(table, path, "other.example")).toMatch(/@$/);
    }
  });

  it("looks at the next pattern when the host of a more specific one does not fit", () => {
    const table = tableOf("/chat@example.com", "/:x@");
    expect(routeOf(table, "/chat", "other.example")).toBe("/:x@");
  });

  it("hands out the decoded parameters", () => {
    const match = tableOf("/room/:name").find("/room/a%20b", "localhost");
    expect(match).toMatchObject({ accepted: true, params: { name: "a b" } });
  });

  it("says which paths there are when none fits", () => {
    expect(tableOf("/chat", "/echo").find("/nope", "localhost")).toMatchObject({
      code: "ERR_ROUTE_NOT_FOUND",
      status: 404,
      rule: "path",
      seen: "/nope",
      wanted: "/chat, /echo",
    });
    expect(tableOf().find("/", "")).toMatchObject({ wanted: "(no route is declared)" });
    const many = Array.from({ length: 25 }, (_, index) => `/p${index}`);
    expect(tableOf(...many).find("/nope", "")).toMatchObject({
      wanted: expect.stringMatching(/^\/p0, .*\/p19 and 5 more$/),
    });
  });

  it("says which hosts there are when only the host does not fit", () => {
    const table = tableOf("/chat@example.com,www.example.com", "/chat@two.example");
    expect(table.find("/chat", "other.example")).toMatchObject({
      code: "ERR_HOST_REFUSED",
      rule: "host",
      seen: "other.example",
      wanted: "example.com, www.example.com, two.example",
    });
  });

  it.each([
    [["/chat", "/chat"], "(any)"],
    [["/chat@a.example", "/chat@b.example,a.example"], "a.example"],
    // The second could never be reached, however its parameter is called.
    [["/room/:id", "/room/:name"], "(any)"],
  ])("refuses %j as the same path twice", (names, host) => {
    const error = { code: "ERR_ROUTE_DUPLICATE", message: expect.stringContaining(host) };
    expect(() => tableOf(...names)).toThrow(expect.objectContaining(error));
  });

  it("keeps the declarations in their order", () => {
    const table = tableOf("/*", "/chat", "/:x");
    expect(table.entries.map(({ pattern }) => pattern)).toEqual(["/*", "/chat", "/:x"]);
  });
});

function isDeclarable(name: string): boolean {
  return isAccepted([name]);
}

function keepDeclarable(names: string[], name: string): string[] {
  return isAccepted([...names, name]) ? [...names, name] : names;
}

function isAccepted(names: readonly string[]): boolean {
  try {
    tableOf(...names);
    return true;
  } catch {
    return false;
  }
}
