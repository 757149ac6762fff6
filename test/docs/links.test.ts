import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, it } from "vitest";
import { findPages } from "./snippets.ts";

const root = resolve(import.meta.dirname, "../..");

/** A text without its code, where brackets are no links. */
function proseOf(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, "").replace(/`[^`\n]*`/g, "");
}

/** The anchors of a page, made of its headings as GitHub does. */
function anchorsOf(path: string): string[] {
  const text = readFileSync(path, "utf8").replace(/^```[\s\S]*?^```$/gm, "");
  const seen = new Map<string, number>();
  return [...text.matchAll(/^#+ +(.+)$/gm)].map(([, heading = ""]) => {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const anchor = plain.replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");
    const count = seen.get(anchor) ?? 0;
    seen.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  });
}

/** What is wrong with a link of a page; undefined when it leads somewhere. */
function problemOf(page: string, link: string): string | undefined {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? join(root, page) : resolve(root, dirname(page), path);
  const shown = relative(root, target);
  if (shown.startsWith("..")) return `${link} leads out of the repository`;
  if (!existsSync(target)) return `${link}: there is no ${shown}`;
  if (anchor === undefined || !target.endsWith(".md")) return undefined;
  return anchorsOf(target).includes(anchor) ? undefined : `${link}: no such heading in ${shown}`;
}

it.each(findPages(root))("the links of %s lead somewhere", (page) => {
  const prose = proseOf(readFileSync(join(root, page), "utf8"));
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  const local = links.filter((link) => !/^[a-z]+:/.test(link));
  expect(local.map((link) => problemOf(page, link)).filter((problem) => problem)).toEqual([]);
});
