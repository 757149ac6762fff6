import { describe, expect, it } from "vitest";
import { loadNative } from "./native.ts";

const engine = { App: () => {} };

describe("loadNative", () => {
  it.each([
    ["as named exports", engine],
    ["as the default export of a CommonJS module", { default: engine }],
  ])("takes the engine %s", async (_name, module) => {
    expect(await loadNative(async () => module)).toBe(engine);
  });

  it("looks for the official name first and for the repack only when that is missing", async () => {
    const asked: string[] = [];
    await loadNative(async (name) => {
      asked.push(name);
      return engine;
    });
    expect(asked).toEqual(["uWebSockets.js"]);
    await loadNative(async (name) => {
      asked.push(name);
      if (name === "uWebSockets.js") throw new Error("Cannot find package");
      return engine;
    });
    expect(asked).toEqual(["uWebSockets.js", "uWebSockets.js", "uws-pack"]);
  });

  it("says for which Node and platform, why, and what to install when there is none", async () => {
    const failing = loadNative(async (name) => {
      if (name === "uws-pack") return { default: null };
      throw new Error(`Cannot find package '${name}'\nRequire stack:\n- /secret/path`);
    });
    const error = await failing.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "ERR_NATIVE_TRANSPORT_MISSING" });
    const { message } = error as Error;
    expect(message).toContain(`Node ${process.versions.node}`);
    expect(message).toContain(`${process.platform} ${process.arch}`);
    expect(message).toContain("Cannot find package 'uWebSockets.js'; uws-pack has no App function");
    expect(message).toContain("npm install uWebSockets.js@npm:uws-pack@");
    expect(message).not.toContain("Require stack");
  });

  it("loads the binary of this machine", async () => {
    const native = await loadNative();
    expect(native.App).toBeTypeOf("function");
    expect(native.DISABLED).toBeTypeOf("number");
  });
});
