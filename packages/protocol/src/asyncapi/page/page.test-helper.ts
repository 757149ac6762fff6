/** A start or end tag of the page. */
export interface Tag {
  readonly name: string;
  readonly isEnd: boolean;
  readonly attributes: Readonly<Record<string, string>>;
}

/** The tags of a page that writes every attribute in quotes and closes every element. */
export function tagsOf(page: string): readonly Tag[] {
  return [...page.matchAll(/<(\/?)([a-z]\w*)((?:\s+[a-z-]+="[^"<>]*")*)\s*>/g)].map(
    ([, slash, name = "", attributes = ""]) => ({
      name,
      isEnd: slash === "/",
      attributes: Object.fromEntries(
        [...attributes.matchAll(/([a-z-]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
      ),
    }),
  );
}

const voidElements = new Set(["meta"]);

/** What is wrong with the nesting of a page; `undefined` when it is right. */
export function nestingProblem(page: string): string | undefined {
  const open: string[] = [];
  for (const { name, isEnd } of tagsOf(page)) {
    if (voidElements.has(name)) continue;
    if (!isEnd) open.push(name);
    else if (open.pop() !== name) return `</${name}> closes another element`;
  }
  const strays = page.match(/</g)?.length !== tagsOf(page).length + 1 ? "a stray <" : undefined;
  return open.length > 0 ? `${open.join(" ")} not closed` : strays;
}

/** The text of each heading, with its level. */
export function headingsOf(page: string): readonly string[] {
  return [...page.matchAll(/<(h\d)[^>]*>(.*?)<\/h\d>/g)].map(([, tag, text]) => `${tag} ${text}`);
}

/** A page as text: tags are gone, and what was escaped is as it was. */
export function textOf(page: string): string {
  return page
    .replace(/<[^>]*>/g, " ")
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/\s+/g, " ");
}
