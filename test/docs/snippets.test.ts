import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { ChildProgram } from "../support/child-program.ts";
import { runCommand } from "../support/run-command.ts";
import { TextClient } from "../support/text-client.ts";
import { findPages, findSnippets, parsePage, type Snippet } from "./snippets.ts";

const root = resolve(import.meta.dirname, "../..");
const tsc = join(root, "node_modules/typescript/bin/tsc");
/** Below test/, whose node_modules has what snippets import; `.cache` is ignored by git. */
const cache = "test/.cache";
const pages = findPages(root);
const snippets = pages.flatMap((page) => findSnippets(root, page));

const compilerOptions = {
  noEmit: true,
  composite: false,
  declaration: false,
  declarationMap: false,
  isolatedDeclarations: false,
  rewriteRelativeImportExtensions: false,
  allowImportingTsExtensions: true,
  // Some snippets are for browsers.
  lib: ["ES2023", "ES2024.String", "DOM", "DOM.Iterable"],
};

/** Writes snippets into a folder that goes when the test is over; returns its path from the root. */
function writeSnippets(folder: string, list: readonly Snippet[]): string {
  const path = `${cache}/${folder}`;
  rmSync(join(root, path), { recursive: true, force: true });
  onTestFinished(() => rmSync(join(root, path), { recursive: true, force: true }));
  for (const { page, file, source } of list) {
    const target = join(root, path, page, file);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, source);
  }
  return path;
}

/** What the compiler says about snippets, with the lines of their pages; empty when all is well. */
async function compile(folder: string, list: readonly Snippet[]): Promise<string> {
  const path = writeSnippets(folder, list);
  const config = { extends: "../../../tsconfig.base.json", compilerOptions, include: ["**/*.ts"] };
  writeFileSync(join(root, path, "tsconfig.json"), JSON.stringify(config));
  const args = [tsc, "-p", path, "--pretty", "false"];
  const output = await runCommand(process.execPath, args, { cwd: root }).catch(
    (error: Error) => error.message,
  );
  return output.replace(
    /^\S*?([\w./-]+\.md)\/[\w.-]+\.ts\((\d+),\d+\)/gm,
    (_, page: string, line) => `${page}:${line}`.replace(`${path}/`, ""),
  );
}

/** Starts a snippet as a reader would, but on a free port; clients are told the port of their server. */
function start(snippet: Snippet, serverPort = "8080"): ChildProgram {
  const source = snippet.source
    .replace(/(new App\("[^"]*", )8080\b/, "$10")
    .replaceAll("//localhost:8080/", `//localhost:${serverPort}/`);
  const folder = `run-${snippet.page}-${snippet.line}`.replaceAll(/[/.]/g, "-");
  const others = snippets.filter(({ page, file }) => page === snippet.page && /[a-z]\./.test(file));
  const path = writeSnippets(folder, [...others, { ...snippet, source }]);
  const program = new ChildProgram(`${path}/${snippet.page}/${snippet.file}`);
  onTestFinished(async () => void (await program.stop("SIGKILL")));
  return program;
}

const nameOf = ({ page, line }: Snippet): string => `${page}:${line}`;

describe("the TypeScript in the documentation", () => {
  it("compiles under the strict settings of this repository", async () => {
    expect(snippets.length).toBeGreaterThan(0);
    expect(await compile("snippets", snippets)).toBe("");
  }, 240_000);

  const programs = snippets.filter(({ runs }) => runs);
  it.each(programs.map((snippet) => [nameOf(snippet), snippet] as const))(
    "%s runs",
    async (_, snippet) => {
      const program = start(snippet);
      // A program that listens runs until it is stopped; another one ends by itself.
      const isListening = await program.find(/"msg":"listening"/).then(
        () => true,
        () => false,
      );
      const exit = isListening ? await program.stop("SIGTERM") : await program.exited();
      const output = `${program.stdout}${program.stderr}`;
      expect([0, "SIGTERM"], output).toContain(exit.signal ?? exit.code);
      expect(program.stdout, output).not.toMatch(/"level":[56]0/);
    },
  );

  it("begins with a chat that works", async () => {
    const [chat] = programs.filter(({ page }) => page === "README.md");
    if (chat === undefined) throw new Error("README.md has no program");
    const [, port] = await start(chat).find(/"url":"ws:\/\/localhost:(\d+)"/);
    const [anna, ben] = [
      await TextClient.open(`ws://localhost:${port}/chat`),
      await TextClient.open(`ws://localhost:${port}/chat`),
    ];
    anna.send("hello ben");
    expect(await ben.text()).toBe("hello ben");
    for (const client of [anna, ben]) client.socket.terminate();
  });
});

describe("the typed chat of the guide", () => {
  it("is one that its client in Node can talk to", async () => {
    const page = "docs/guide/typed-messages.md";
    const [server, client] = ["server.ts", "node-client.ts"].map((file) =>
      snippets.find((snippet) => snippet.page === page && snippet.file === file),
    );
    if (server === undefined || client === undefined) throw new Error(`${page} has no chat`);
    const [, port = ""] = await start(server).find(/"url":"ws:\/\/localhost:(\d+)"/);
    const program = start(client, port);
    expect(await program.exited()).toEqual({ code: 0, signal: null });
    expect(program.stdout).toBe("said: hello from Node\nhistory: hello from Node\n");
  });
});

describe("the nginx configuration in the documentation", () => {
  it("is the file that the nginx test serves", () => {
    const guide = readFileSync(join(root, "docs/guide/deploying.md"), "utf8");
    const file = readFileSync(join(root, "docs/guide/nginx.conf"), "utf8");
    const blocks = [...guide.matchAll(/^```nginx\n([\s\S]*?)^```$/gm)].map(([, block]) => block);
    expect(blocks).toContain(file);
  });
});

describe("this test", () => {
  it("notices a snippet that does not compile, and says where", async () => {
    const text = "# Page\n\n```ts\nconst wrong: number = 'text';\n```\n";
    const found = await compile("wrong", parsePage("docs/page.md", text));
    expect(found).toContain("docs/page.md:4: error TS2322");
  });

  it("puts the preamble before fragments and not before programs", () => {
    const preamble = "<!-- snippet-preamble:\nconst port = 1;\n-->\n";
    const fragment = "```ts\nport;\n```\n";
    const program = "```ts run\nimport 'x';\n```\n";
    const text = `${fragment}${preamble}${fragment}${program}\`\`\`sh\nls\n\`\`\`\n`;
    const parsed = parsePage("page.md", text).map(({ line, runs, source }) => ({
      line,
      runs,
      code: source.split("\n").filter((row) => row !== "" && row !== "export {};"),
    }));
    expect(parsed).toEqual([
      { line: 1, runs: false, code: ["port;"] },
      { line: 7, runs: false, code: ["const port = 1;", "port;"] },
      { line: 10, runs: true, code: ["import 'x';"] },
    ]);
  });

  it("lets the blocks of a page import one that has a name", async () => {
    const text =
      "```ts file=one.ts\nexport const one = 1;\n```\n" +
      '```ts\nimport { one } from "./one.ts";\none satisfies 2;\n```\n';
    const found = await compile("named", parsePage("docs/page.md", text));
    expect(found).toContain("docs/page.md:6: error TS1360");
    expect(found.match(/error/g)).toHaveLength(1);
  });

  it("notices a block without an end", () => {
    expect(() => parsePage("page.md", "```ts\nport;\n")).toThrow("page.md:1");
  });
});
