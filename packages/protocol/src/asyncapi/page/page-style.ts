/** The style of the page; its hash is in {@link protocolPageCsp}, and a test compares the two. */
export const pageStyle = `
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --soft: #59636e; --line: #d1d9e0; --fill: #f6f8fa; --link: #0550ae; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --soft: #9198a1; --line: #3d444d; --fill: #161b22; --link: #79b8ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 1.5rem 1rem 4rem; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: break-word; }
h1, h2, h3, h4 { line-height: 1.25; margin: 2rem 0 .5rem; }
h1 { margin-top: 0; }
h2 { border-bottom: 1px solid var(--line); padding-bottom: .3rem; margin-top: 3rem; }
a { color: var(--link); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
pre { background: var(--fill); border: 1px solid var(--line); border-radius: .4rem; padding: .75rem 1rem; overflow-x: auto; }
.kind { color: var(--soft); margin: 0 0 .5rem; }
.text { white-space: pre-line; margin: .5rem 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .95em; }
th, td { border: 1px solid var(--line); padding: .4rem .6rem; text-align: left; vertical-align: top; }
thead th { background: var(--fill); }
.fields th:nth-child(1) { width: 28%; }
.fields th:nth-child(2) { width: 24%; }
.fields th:nth-child(3) { width: 6rem; }
tbody th { font-weight: normal; }
td ul, td p, td .text { margin: 0; }
td ul { padding-left: 1.1rem; }
nav ul { list-style: none; padding-left: 1rem; }
nav > ul { padding-left: 0; }
`;

const styleHash = "sha256-EIGxRZVrD7VJ7YjhnWyHhrJRiz0httb8odLS3Qv9ngs=";

/**
 * The Content-Security-Policy of {@link protocolPage}: no scripts, nothing from elsewhere, and the
 * style that is in it. The page has it in a `meta` element, too.
 */
export const protocolPageCsp: string = `default-src 'none'; style-src '${styleHash}'; base-uri 'none'; form-action 'none'`;
