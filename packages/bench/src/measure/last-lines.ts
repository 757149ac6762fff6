import type { Readable } from "node:stream";

const KEPT_CHARACTERS = 4_000;
const KEPT_LINES = 12;

/** Reads streams to their end and remembers the last lines of them. */
export class LastLines {
  #text = "";

  follow(stream: Readable): void {
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => {
      this.#text = (this.#text + text).slice(-KEPT_CHARACTERS);
    });
  }

  /** At most twelve lines, indented, on lines of their own; or that there were none. */
  describe(): string {
    const lines = this.#text.split("\n").filter((line) => line.trim() !== "");
    if (lines.length === 0) return "It printed nothing.";
    return `It printed last:\n${lines
      .slice(-KEPT_LINES)
      .map((line) => `  ${line.trimEnd()}`)
      .join("\n")}`;
  }
}
