import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { FrameError, readFrame, wireErrors } from "../index.ts";
import { protocolCloseCodes } from "./close-codes.ts";
import { type ControlFrame, controlFrames, controlMessage } from "./control-frames.ts";
import { exampleValue } from "./page/example-value.ts";

const wireProtocol = readFileSync(
  new URL("../../../../docs/reference/wire-protocol.md", import.meta.url),
  "utf8",
);
const frames = Object.keys(controlFrames) as ControlFrame[];

function exampleOf(frame: ControlFrame): Record<string, unknown> {
  const { payload } = controlMessage(frame);
  const session = "a-session-0123456789";
  const value = exampleValue(payload, {}) as Record<string, unknown>;
  return "session" in value ? { ...value, session } : value;
}

function isFrame(value: unknown): boolean {
  try {
    readFrame(value);
    return true;
  } catch (error) {
    if (error instanceof FrameError) return false;
    throw error;
  }
}

describe.each(frames)("%s", (frame) => {
  const { members, optional = [] } = controlFrames[frame];

  test("a frame with all members of its schema is read", () => {
    expect(Object.keys(exampleOf(frame))).toEqual(["type", ...Object.keys(members)]);
    expect(isFrame(exampleOf(frame))).toBe(true);
  });

  test.each(Object.keys(members))("%s is required here as there", (name) => {
    const { [name]: _left, ...rest } = exampleOf(frame);
    expect(isFrame(rest)).toBe(optional.includes(name));
  });

  const typed = Object.keys(members).filter((name) => name !== "details" && name !== "data");
  test.each(typed)("%s has a type here as there", (name) => {
    expect(isFrame({ ...exampleOf(frame), [name]: {} })).toBe(false);
    expect(members[name]?.type).toBeDefined();
  });
});

test("the close codes are those of the wire protocol", () => {
  const rows = [...wireProtocol.matchAll(/^\| (4\d{3}) \| (\w+) \| (.*) \|$/gm)];
  const listed = rows.map(([, code, name, when]) => [code, `${name}: ${when}`]);
  expect(Object.entries(protocolCloseCodes)).toEqual(listed);
});

test("the codes of error frames are offered as examples", () => {
  expect(controlFrames.error.members["code"]?.examples).toEqual(Object.keys(wireErrors));
});
