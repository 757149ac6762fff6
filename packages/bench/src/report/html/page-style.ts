/** The looks of the page; both colour schemes, from a phone to a wide screen. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --back: #f7f7f5; --card: #ffffff; --text: #1d2129; --muted: #626a77; --line: #dfe1e5; --grid: #e8eaed;
  --good: #17663a; --good-back: #e5f4ea; --bad: #a1231b; --bad-back: #fce9e7; --care: #7a4d00; --care-back: #fdf3dc;
  --series-1: #2361c4; --series-2: #c2570c; --series-3: #14806f; --series-4: #8a3fb5; --series-5: #a3225f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #14161a; --card: #1d2026; --text: #e6e8ec; --muted: #9aa2af; --line: #333841; --grid: #2a2e36;
    --good: #7fd6a0; --good-back: #14301f; --bad: #ff9d94; --bad-back: #3d1714; --care: #f0c35c; --care-back: #352808;
    --series-1: #6ea0f5; --series-2: #f0924f; --series-3: #4cc2ad; --series-4: #c088e8; --series-5: #ec7bae;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 1040px; padding: 20px 16px 48px; background: var(--back); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
h1 { font-size: 22px; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 15px; margin: 0 0 8px; }
section p:last-child { margin-bottom: 0; }
p { margin: 4px 0; }
.muted { color: var(--muted); }
section, .tiles > div { background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
section { margin-top: 14px; padding: 14px 16px; }
.tiles { display: grid; gap: 10px; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); margin-top: 16px; }
.tiles > div { padding: 10px 14px; }
.tiles b { display: block; font-size: 22px; line-height: 1.3; font-variant-numeric: tabular-nums; }
.tiles span { display: block; color: var(--muted); font-size: 13px; }
section.good { background: var(--good-back); color: var(--good); border-color: currentColor; }
section.bad { background: var(--bad-back); color: var(--bad); border-color: currentColor; }
section.care { background: var(--care-back); color: var(--care); border-color: currentColor; }
section ul { margin: 0; padding-left: 18px; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
.facts th, .facts td, .numbers th, .numbers td {
  padding: 5px 14px 5px 0; text-align: left; vertical-align: top; border-top: 1px solid var(--line);
}
.facts tr:first-child > *, .numbers tr:first-child > * { border-top: 0; }
.facts th, .numbers th { font-weight: 500; color: var(--muted); white-space: nowrap; }
.numbers th, .numbers td { text-align: right; white-space: nowrap; }
.numbers th:first-child { text-align: left; }
.facts td { overflow-wrap: anywhere; }
.u-legend { color: var(--text); font-size: 13px; }
details { margin-top: 14px; color: var(--muted); font-size: 13px; }
details pre { white-space: pre-wrap; }
@media (max-width: 520px) {
  section { padding: 12px; }
  .facts tr, .facts th, .facts td { display: block; padding-right: 0; }
  .facts tr:first-child th { border-top: 0; }
  .facts td { border-top: 0; padding-top: 0; }
}
`;
