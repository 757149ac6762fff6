import { describe, expect, it } from "vitest";
import { comparison, typedComparison } from "./comparison.test-helper.ts";
import { comparisonToMarkdown } from "./markdown.ts";
import { plotsOf } from "./plots.ts";
import { comparisonToText } from "./tables.ts";

describe("comparisonToMarkdown", () => {
  const page = comparisonToMarkdown(comparison());

  it("gives medians with their ratios to raw uWebSockets.js", () => {
    expect(page).toContain("| echo-20-1 | 6.00 (1.00x) | 6.30 (1.05x) | 12.6 (2.10x) |");
  });

  it("gives memory in KiB with its spread", () => {
    expect(page).toContain("| ws | 18.9 | 12.6 to 25.2 | 2.10x |");
  });

  it("states how many times the cost of Windlass the others have", () => {
    expect(page).toContain("- ws: 2.00x the CPU, 2.00x the memory.");
  });

  it("shows the plot of each scenario", () => {
    for (const file of plotsOf(comparison()).keys()) expect(page).toContain(`(benchmarks/${file})`);
  });

  it("says how, on what and with which versions", () => {
    expect(page).toContain("npx pnpm@10 bench compare\n");
    expect(page).toContain("Some CPU, 2 cores, 24 GiB");
    expect(page).toContain("Node.js 20.20.2, ws 8.23.0");
    expect(page).toContain("pinned to core 0");
  });

  it("describes only the servers that took part", () => {
    expect(page).toContain("- **ws**:");
    expect(page).not.toContain("Socket.IO**");
  });

  it("marks throughput that is the generator's", () => {
    const plain = comparison();
    const { "echo-20-1": echo } = plain.scenarios;
    const ws = echo?.servers["ws"];
    if (echo === undefined || ws === undefined) throw new Error("the helper lacks ws");
    const bound = { ...echo, servers: { ws: { ...ws, isGeneratorBound: true } } };
    const marked = comparisonToMarkdown({ ...plain, scenarios: { "echo-20-1": bound } });
    expect(marked).toContain("| 100,000\\* |");
    expect(marked).toContain("The generator was the limit");
    expect(page).not.toContain("\\*");
  });
});

describe("a server that does not take part everywhere", () => {
  const page = comparisonToMarkdown(typedComparison());

  it("has a dash where it has no figure", () => {
    expect(page).toContain(
      "| echo-20-1 | 6.00 (1.00x) | 6.00 (1.00x) | 9.00 (1.50x) | 18.0 (3.00x) |",
    );
    expect(page).toContain("| connect | 6.00 (1.00x) | 6.00 (1.00x) | - | 18.0 (3.00x) |");
    expect(page).toContain("A dash: the server takes no part.");
    expect(comparisonToMarkdown(comparison())).not.toContain("A dash");
    expect(comparisonToText(typedComparison())).toMatch(/connect .* - +18\.0 \(3\.00x\)/);
  });

  it("has rows and bars in its own scenarios only", () => {
    const sections = page.split(/^##+ /m);
    const section = (name: string) => sections.find((text) => text.startsWith(`${name}\n`));
    expect(section("echo-20-1")).toContain("| Windlass, typed | 9.00 |");
    expect(section("connect")).toContain("| Socket.IO | 18.0 |");
    expect(section("connect")).not.toContain("typed");
    const plots = plotsOf(typedComparison());
    expect(plots.get("echo-20-1.svg")).toContain(">Windlass, typed<");
    expect(plots.get("connect.svg")).not.toContain("typed");
  });

  it("is set beside Windlass and Socket.IO when it is the typed one", () => {
    expect(page).toContain("- Windlass, typed: 1.50x the CPU where text is echoed");
    expect(page).toContain("cost 2.00x as much.");
    expect(comparisonToMarkdown(comparison())).not.toContain("typed");
  });
});

describe("comparisonToText", () => {
  const text = comparisonToText(comparison());

  it("begins with the server's cost", () => {
    expect(text.split("\n")[0]).toContain("CPU");
    expect(text).toMatch(/echo-20-1 +6\.00 \(1\.00x\) +6\.30 \(1\.05x\) +12\.6 \(2\.10x\)/);
  });

  it("has memory in a table of its own", () => {
    expect(text).toMatch(/memory-bare +9\.00 \(1\.00x\)/);
    expect(text.match(/memory-bare/g)).toHaveLength(1);
  });

  it("leaves out tables without rows", () => {
    expect(comparisonToText({ ...comparison(), scenarios: {} })).toBe(
      comparison().notes.join("\n"),
    );
  });
});

describe("plotsOf", () => {
  it("draws microseconds of CPU, and KiB for memory", () => {
    const plots = plotsOf(comparison());
    expect([...plots.keys()]).toEqual(["echo-20-1.svg", "memory-bare.svg"]);
    expect(plots.get("echo-20-1.svg")).toContain(">12.6 (2.10x)<");
    expect(plots.get("memory-bare.svg")).toContain("KiB");
    expect(plots.get("memory-bare.svg")).toContain(">18.9 (2.10x)<");
  });
});
