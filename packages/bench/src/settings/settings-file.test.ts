import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { overrideSettings, readSettingsFile } from "./settings-file.ts";

describe("readSettingsFile", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "windlass-bench-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function write(text: string): string {
    const path = join(folder, "bench.json");
    writeFileSync(path, text);
    return path;
  }

  it("gives what is in the file", () => {
    const settings = { connections: 5, duration: "1s" };
    expect(readSettingsFile(write(JSON.stringify(settings)))).toEqual(settings);
  });

  it("takes the path of an adapter from the file's folder", () => {
    const read = (adapter: string): unknown =>
      readSettingsFile(write(JSON.stringify({ adapter })))["adapter"];
    expect(read("./mine.mjs")).toBe(join(folder, "mine.mjs"));
    expect(read("socket.io/room")).toBe("socket.io/room");
    expect(read("plain")).toBe("plain");
  });

  it.each([
    ["{", /bench\.json: expected JSON: /],
    ["[1]", /bench\.json: expected a JSON object/],
    ["null", /bench\.json: expected a JSON object/],
  ])("refuses %o", (text, problem) => {
    expect(() => readSettingsFile(write(text))).toThrow(problem);
  });

  it("says which file is not there, and when it is none", () => {
    const path = join(folder, "missing.json");
    expect(() => readSettingsFile(path)).toThrow(`${path}: there is no such file`);
    expect(() => readSettingsFile(folder)).toThrow("cannot be read (EISDIR)");
  });
});

describe("overrideSettings", () => {
  it("puts the command line over the file", () => {
    const file = { connections: 5, workers: 2 };
    expect(overrideSettings(file, { workers: 3 })).toEqual({ connections: 5, workers: 3 });
  });

  it.each([
    [{ inFlight: 4 }, { rate: 10 }],
    [{ rate: 10 }, { inFlight: 4 }],
    [{ pid: 1 }, { spawn: "node" }],
  ])("lets %o of the file give way to %o", (file, commandLine) => {
    expect(overrideSettings(file, commandLine)).toEqual(commandLine);
  });

  it("keeps a contradiction within the file, which is an error to be told", () => {
    const file = { inFlight: 4, rate: 10 };
    expect(overrideSettings(file, {})).toEqual(file);
  });
});
