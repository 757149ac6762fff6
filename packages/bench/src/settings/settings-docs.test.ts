import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { scenarioNames } from "./scenario-schemas.ts";
import { type SettingDescription, settingDescriptions } from "./setting-descriptions.ts";

const page = readFileSync(new URL("../../../../docs/reference/bench.md", import.meta.url), "utf8");

/** What the page says of a setting. */
interface Row {
  readonly option: string;
  readonly fallback: string;
  readonly range: string;
}

/** The rows of the table below a heading, by the name in their first cell. */
function rowsBelow(heading: string): Map<string, Row> {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  const rows = new Map<string, Row>();
  for (const line of section.split("\n")) {
    const [name = "", option = "", fallback = "", range = ""] = line
      .slice(1)
      .split("|")
      .map((cell) => cell.trim());
    if (/^`\w+`$/.test(name)) rows.set(name.replaceAll("`", ""), { option, fallback, range });
  }
  return rows;
}

/** How the page writes a default. */
function writtenFallback({ fallback, isRequired, otherwise }: SettingDescription): string {
  if (isRequired) return "required";
  if (fallback === undefined) return otherwise ?? "none";
  return typeof fallback === "number"
    ? fallback.toLocaleString("en")
    : `\`${JSON.stringify(fallback)}\``;
}

function writtenOption({ name, option }: SettingDescription): string {
  if (name === "url") return "first argument";
  const spelling = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `\`--${option ?? spelling}\``;
}

describe.each(scenarioNames)("the reference of %s", (scenario) => {
  const settings = settingDescriptions(scenario);
  const hasMessages = settings.some(({ name }) => name === "messageBytes");
  const rows = new Map([
    ...rowsBelow("Settings of every scenario"),
    ...(hasMessages ? rowsBelow("Settings of messages") : []),
    ...rowsBelow(scenario),
  ]);

  it("names every setting and no other", () => {
    expect([...rows.keys()].sort()).toEqual(settings.map(({ name }) => name).sort());
  });

  it.each(settings.map((setting) => [setting.name, setting] as const))(
    "gives option, default and range of %s",
    (name, setting) => {
      expect(rows.get(name)).toEqual({
        option: writtenOption(setting),
        fallback: writtenFallback(setting),
        range: setting.range,
      });
    },
  );
});
