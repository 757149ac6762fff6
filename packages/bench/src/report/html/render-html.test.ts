import { describe, expect, it } from "vitest";
import type { Report } from "../../contract/report.ts";
import { encodedLatencies, reportOf, workerResult } from "../report.test-helper.ts";
import { renderHtml } from "./render-html.ts";

const timeline = [1, 2, 3].map((seconds) => ({
  seconds,
  messagesPerSecond: 1_000 * seconds,
  p50Us: 100,
  p99Us: seconds === 2 ? null : 900,
  serverRssBytes: 50_000_000,
  serverCpuShare: 0.5,
}));
const latencies = encodedLatencies([100, 200, 300]);
const report = reportOf({ results: [workerResult({ latencies })], timeline });

/** The page without what browsers do not take as markup: the contents of scripts and styles. */
function markup(html: string): string {
  return html.replace(/(<(script|style)[^>]*>)[\s\S]*?(<\/\2>)/g, "$1$3");
}

function plots(html: string): { id: string; series: { label: string }[]; columns: unknown[][] }[] {
  const json = /<script type="application\/json" id="plots">([\s\S]*?)<\/script>/.exec(html)?.[1];
  return JSON.parse(json ?? "[]") as ReturnType<typeof plots>;
}

describe("renderHtml", () => {
  it("loads nothing from anywhere", () => {
    const html = renderHtml(report);
    expect(markup(html)).not.toMatch(/\b(src|href|srcset|action|data|poster)\s*=/i);
    expect(markup(html)).not.toMatch(/<(link|img|iframe|object|embed|base|form|video|audio)\b/i);
    const styles = [...html.matchAll(/<style>([\s\S]*?)<\/style>/g)]
      .map((match) => match[1])
      .join();
    expect(styles).not.toMatch(/url\s*\(|@import/i);
    const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)]
      .map((match) => match[1])
      .join();
    expect(scripts).not.toMatch(
      /\bfetch\s*\(|XMLHttpRequest|import\s*\(|importScripts|new WebSocket/,
    );
    expect(html).toContain(`content="default-src 'none';`);
  });

  it("brings the plotting library and its licence along", () => {
    const html = renderHtml(report);
    expect(html).toContain("var uPlot=");
    expect(html).toContain("MIT License");
    // The library ends where we end it: the next script is ours.
    expect(html.match(/<script/g)).toHaveLength(3);
    expect(html.match(/<\/script/g)).toHaveLength(3);
  });

  it("escapes hostile strings wherever they come from", () => {
    const evil = `</script><script>alert(1)</script><img src=x onerror="alert('2')">&<!--`;
    const hostile: Report = {
      ...report,
      settings: {
        ...report.settings,
        url: `ws://127.0.0.1/${evil}`,
        adapter: evil,
        origin: evil,
        headers: { [evil]: evil },
      },
      warnings: [evil],
      failures: [evil],
      tool: { name: evil, version: evil },
      node: evil,
      timeline: [...timeline, { ...timeline[0], seconds: evil } as never],
    };
    const html = renderHtml(hostile);
    expect(html).not.toContain("<script>alert");
    expect(html).not.toContain("<img");
    expect(html.match(/<script/g)).toHaveLength(3);
    expect(html.match(/<\/script/g)).toHaveLength(3);
    expect(markup(html)).toContain("&lt;/script&gt;&lt;script&gt;alert(1)");
    expect(plots(html)[1]?.columns[0]?.at(-1)).toBe(evil);
  });

  it("tells the names of headers, not what they hold", () => {
    const settings = { ...report.settings, headers: { Authorization: "Bearer hush" } };
    const html = renderHtml({ ...report, settings });
    expect(html).toContain("<th>headers</th><td>Authorization</td>");
    expect(html).not.toContain("hush");
  });

  it("plots percentiles on a logarithmic axis, the timeline and the server", () => {
    const [percentiles, throughput, server] = plots(renderHtml(report));
    expect(percentiles).toMatchObject({ id: "percentiles", series: [{ label: "latency" }] });
    expect(percentiles?.columns[0]?.[0]).toBe(0);
    expect(throughput?.columns).toEqual([
      [1, 2, 3],
      [1_000, 2_000, 3_000],
      [900, null, 900],
      [100, 100, 100],
    ]);
    expect(server?.series.map(({ label }) => label)).toEqual(["RSS", "CPU (cores)"]);
  });

  it("plots nothing of a server that is not known", () => {
    const unknown = timeline.map((point) => ({
      ...point,
      serverRssBytes: null,
      serverCpuShare: null,
    }));
    const html = renderHtml({ ...report, timeline: unknown });
    expect(plots(html).map(({ id }) => id)).toEqual(["percentiles", "throughput"]);
    expect(html).not.toContain("Server memory");
  });

  it("follows the colour scheme and fits a phone", () => {
    const html = renderHtml(report);
    expect(html).toContain("@media (prefers-color-scheme: dark)");
    expect(html).toContain('<meta name="viewport" content="width=device-width, initial-scale=1">');
  });

  it("shows failures above everything but the figures", () => {
    const html = renderHtml({ ...report, failures: ["1 of 3 expected replies never came."] });
    expect(html).toContain('<section class="bad"><h2>Failed</h2><ul><li>1 of 3 expected');
    expect(html).not.toContain("All checks held");
  });
});
