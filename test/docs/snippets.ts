import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One fenced TypeScript block of a page. */
export interface Snippet {
  /** Path of the page from the root of the repository: `docs/guide/http.md`. */
  readonly page: string;
  /** Number of the fence's line in the page. */
  readonly line: number;
  /** Whether the block is a program that the test runs: its fence says `ts run`. */
  readonly runs: boolean;
  /** Its name, when other blocks of the page import it: the fence says `ts file=protocol.ts`. */
  readonly file: string;
  /** The block as a module, with every line at the number it has in the page. */
  readonly source: string;
}

const fence = /^```(\w*)(.*)$/;
const preambleStart = "<!-- snippet-preamble:";

/** The pages whose snippets are checked, as paths from `root`. */
export function findPages(root: string): string[] {
  const pages = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];
  const docs = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" });
  const packages = readdirSync(join(root, "packages"));
  return [
    ...pages,
    ...docs.filter((file) => file.endsWith(".md")).map((file) => `docs/${file}`),
    ...packages.map((name) => `packages/${name}/README.md`),
  ].sort();
}

/** The TypeScript blocks of a page. */
export function findSnippets(root: string, page: string): Snippet[] {
  return parsePage(page, readFileSync(join(root, page), "utf8"));
}

/**
 * The TypeScript blocks of a text.
 *
 * A block with an import of its own stands alone. Another one is preceded by the page's preamble:
 * the latest HTML comment `<!-- snippet-preamble: ... -->` above it, which readers do not see.
 *
 * @throws Error when a block or a preamble has no end
 */
export function parsePage(page: string, text: string): Snippet[] {
  const lines = text.split("\n");
  const snippets: Snippet[] = [];
  let preamble: Span = { start: 0, end: 0 };
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    if (line.startsWith(preambleStart)) {
      preamble = { start: index, end: endOf(lines, index, "-->", page) + 1 };
      index = preamble.end - 1;
      continue;
    }
    const [, language, options = ""] = fence.exec(line) ?? [];
    if (language === undefined) continue;
    const body = { start: index + 1, end: endOf(lines, index + 1, "```", page) };
    if (language === "ts") {
      const isAlone = lines.slice(body.start, body.end).some((code) => code.startsWith("import "));
      const spans = isAlone ? [body] : [preamble, body];
      const runs = /\brun\b/.test(options);
      const file = fileOf(options, index + 1);
      snippets.push({ page, line: index + 1, runs, file, source: keep(lines, spans) });
    }
    index = body.end;
  }
  return snippets;
}

/** The name that a block has been given, or that of its line. */
function fileOf(options: string, line: number): string {
  return /\bfile=([\w.-]+)/.exec(options)?.[1] ?? `${line}.ts`;
}

/** Lines from `start` up to but without `end`. */
interface Span {
  readonly start: number;
  readonly end: number;
}

function endOf(lines: readonly string[], start: number, mark: string, page: string): number {
  const end = lines.findIndex((line, index) => index >= start && line.trim().endsWith(mark));
  if (end < 0) throw new Error(`${page}:${start}: "${mark}" is missing after this line`);
  return end;
}

/** Blanks every other line, so that the numbers in error messages are those of the page. */
function keep(lines: readonly string[], spans: readonly Span[]): string {
  const kept = lines.map((line, index) =>
    spans.some(({ start, end }) => index >= start && index < end)
      ? line.replace(preambleStart, "").replace(/-->\s*$/, "")
      : "",
  );
  return `${kept.join("\n").trimEnd()}\nexport {};\n`;
}
