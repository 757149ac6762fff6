import { describe, expect, it } from "vitest";
import { gridToMarkdown, gridToText } from "./grid.ts";

const grid = {
  head: ["server", "cost"],
  rows: [
    ["raw", "6.50"],
    ["socket.io", "16.7"],
  ],
};

describe("gridToText", () => {
  it("aligns names to the left and figures to the right", () => {
    expect(gridToText(grid)).toBe("server     cost\nraw        6.50\nsocket.io  16.7");
  });
});

describe("gridToMarkdown", () => {
  it("has a rule that aligns figures to the right", () => {
    expect(gridToMarkdown(grid)).toBe(
      "| server | cost |\n| --- | ---: |\n| raw | 6.50 |\n| socket.io | 16.7 |",
    );
  });
});
