import { describe, expect, it } from "vitest";
import { barChart } from "./bar-chart.ts";

const bar = { label: "raw", value: 10, min: 8, max: 10, text: "10", isOwn: false };

function widths(svg: string): readonly number[] {
  return [...svg.matchAll(/class="(?:own|bar)"[^>]*width="([\d.]+)"/g)].map((match) =>
    Number(match[1]),
  );
}

describe("barChart", () => {
  it("draws bars in proportion, from zero", () => {
    const svg = barChart({ title: "t", subtitle: "s", bars: [bar, { ...bar, value: 5 }] });
    const [first = 0, second = 0] = widths(svg);
    expect(first).toBeGreaterThan(100);
    expect(second).toBeCloseTo(first / 2, 0);
  });

  it("leaves room for the largest round beyond the longest bar", () => {
    const svg = barChart({ title: "t", subtitle: "s", bars: [{ ...bar, max: 20 }] });
    const ends = [...svg.matchAll(/x2="([\d.]+)"/g)].map((match) => Number(match[1]));
    expect(Math.max(...ends)).toBeLessThan(720);
  });

  it("sets ours apart", () => {
    const svg = barChart({ title: "t", subtitle: "s", bars: [{ ...bar, isOwn: true }] });
    expect(svg).toContain('class="own"');
    expect(svg).not.toContain('class="bar"');
  });

  it("escapes what XML would read", () => {
    const svg = barChart({ title: 'a < b & "c"', subtitle: "s", bars: [bar] });
    expect(svg).toContain("a &lt; b &amp; &quot;c&quot;");
    expect(svg).not.toContain("a < b");
  });

  it("has colours for dark pages and needs nothing from elsewhere", () => {
    const svg = barChart({ title: "t", subtitle: "s", bars: [bar] });
    expect(svg).toContain("prefers-color-scheme: dark");
    expect(svg.replace("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:|url\(|href/);
  });

  it("draws bars of nothing", () => {
    const svg = barChart({
      title: "t",
      subtitle: "s",
      bars: [{ ...bar, value: 0, min: 0, max: 0 }],
    });
    expect(widths(svg)).toEqual([0]);
    expect(svg).not.toContain("NaN");
  });
});
