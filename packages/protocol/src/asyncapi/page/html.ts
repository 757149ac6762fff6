/** Text that is HTML already. Only {@link html} makes it. */
export class Html {
  readonly #markup: string;

  constructor(markup: string) {
    this.#markup = markup;
  }

  toString(): string {
    return this.#markup;
  }
}

/** What stands in a template: `undefined` is nothing, a list is its items. */
export type HtmlValue = Html | string | number | undefined | readonly HtmlValue[];

/** A template of HTML: every value in it is escaped, unless it is {@link Html} itself. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const [first = "", ...others] = parts;
  return new Html(
    first + others.map((part, index) => `${markupOf(values[index])}${part}`).join(""),
  );
}

function markupOf(value: HtmlValue): string {
  if (value === undefined) return "";
  if (value instanceof Html) return value.toString();
  if (typeof value === "object") return value.map(markupOf).join("");
  return String(value).replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

/** Items with something between them. */
export function joined(items: readonly HtmlValue[], between: string): readonly HtmlValue[] {
  return items.flatMap((item, index) => (index === 0 ? [item] : [between, item]));
}
