import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RoutePattern } from "./route-pattern.ts";

const match = (pattern: string, path: string) => new RoutePattern(pattern).match(path);

describe("RoutePattern", () => {
  it.each([
    ["/", "/", {}],
    ["/chat", "/chat", {}],
    ["/room/:name", "/room/7", { name: "7" }],
    ["/:a/:b", "/x/y", { a: "x", b: "y" }],
    ["/room/:name", "/room/caf%C3%A9%2Fbar", { name: "café/bar" }],
    ["/*", "/", { "*": "" }],
    ["/*", "/a/b", { "*": "a/b" }],
    ["/files/*", "/files/", { "*": "" }],
    ["/files/*", "/files/a%20b/c/", { "*": "a%20b/c/" }],
    ["/:user/files/*", "/eve/files/x", { user: "eve", "*": "x" }],
  ])("%s fits %s", (pattern, path, params) => {
    expect(match(pattern, path)).toEqual(params);
  });

  it.each([
    ["/chat", "/Chat"],
    ["/chat", "/chat/"],
    ["/chat", "/chat/x"],
    ["/chat", "/ch%61t"],
    ["/room/:name", "/room/"],
    ["/room/:name", "/room"],
    ["/room/:name", "/room/a/b"],
    ["/room/:name", "/room/%ff"],
    ["/room/:name", "/hall/7"],
    // As the engine, which routes before us: the rest begins after a slash.
    ["/files/*", "/files"],
    ["/:a/*", "/x"],
  ])("%s does not fit %s", (pattern, path) => {
    expect(match(pattern, path)).toBeUndefined();
  });

  it.each([
    ["chat", 'does not start with "/"'],
    ["", 'does not start with "/"'],
    ["/a?b", 'contains "?"'],
    ["/a b", "white space"],
    ["/{name}", "written :name"],
    ["/*/a", "only be the last segment"],
    ["/a*", "a segment of its own"],
    ["/:", "no parameter name"],
    ["/:a-b", "no parameter name"],
    ["/:1", "no parameter name"],
    ["/:__proto__", "no parameter name"],
    ["/:a/:a", "occurs twice"],
  ])("refuses %j", (pattern, problem) => {
    const error = { code: "ERR_ROUTE_PATTERN_INVALID", message: expect.stringContaining(problem) };
    expect(() => new RoutePattern(pattern)).toThrow(expect.objectContaining(error));
  });

  it("decodes to what was encoded, whatever the value", () => {
    const value = fc.string({ unit: "binary", minLength: 1 });
    const name = fc.stringMatching(/^[A-Za-z_]\w{0,8}$/).filter((text) => text !== "__proto__");
    fc.assert(
      fc.property(value, name, (text, param) => {
        const path = `/room/${encodeURIComponent(text)}/end`;
        expect(match(`/room/:${param}/end`, path)).toEqual({ [param]: text });
      }),
    );
  });

  it("never throws while matching", () => {
    const pattern = fc.constantFrom("/", "/a", "/:a", "/:a/b", "/a/*", "/:a/:b/*");
    fc.assert(
      fc.property(pattern, fc.string(), (text, rest) => {
        const params = match(text, `/${rest}`);
        if (params !== undefined) expect(Object.isFrozen(params)).toBe(true);
      }),
    );
  });
});
