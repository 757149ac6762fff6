/** A text of a page and how well it stands out from what is behind it (WCAG 2.2, 1.4.3). */
export interface Contrast {
  readonly text: string;
  /** From 1 to 21; AA wants 4.5 for texts of ordinary size. */
  readonly ratio: number;
}

/**
 * The contrast of every visible text of a page. For `page.evaluate()`, which moves the source of one
 * function into the browser: everything it uses is inside.
 */
export function contrasts(): Contrast[] {
  const channels = (color: string): number[] => (color.match(/[\d.]+/g) ?? []).map(Number);

  const luminance = (color: string): number => {
    const [red = 0, green = 0, blue = 0] = channels(color).map((channel) => {
      const share = channel / 255;
      return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };

  const backgroundOf = (element: Element | null): string => {
    if (element === null) return "rgb(255, 255, 255)";
    const color = getComputedStyle(element).backgroundColor;
    return channels(color)[3] === 0 ? backgroundOf(element.parentElement) : color;
  };

  const found: Contrast[] = [];
  for (const element of document.body.querySelectorAll("*")) {
    const text = [...element.childNodes]
      .filter((node) => node.nodeType === Node.TEXT_NODE)
      .map((node) => node.textContent?.trim())
      .join("");
    if (text === "" || !element.checkVisibility()) continue;
    const front = luminance(getComputedStyle(element).color);
    const back = luminance(backgroundOf(element));
    const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
    found.push({ text: `${element.className || element.localName} "${text}"`, ratio });
  }
  return found;
}
