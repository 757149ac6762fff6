import { InvalidArgumentError, Option } from "commander";
import type { ScenarioName } from "../contract/settings.ts";
import { type SettingDescription, settingDescriptions } from "../settings/setting-descriptions.ts";
import type { RawSettings } from "../settings/settings-file.ts";

/** The name of a setting's option: `--message-bytes` for `messageBytes`. */
export function optionNameOf(setting: Pick<SettingDescription, "name" | "option">): string {
  return `--${setting.option ?? setting.name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** One option for each setting of a scenario but the URL, which is an argument. */
export function scenarioOptions(scenario: ScenarioName): readonly Option[] {
  return optionSettings(scenario).map((setting) => {
    const flags = [optionNameOf(setting), ...placeholderOf(setting)].join(" ");
    const option = new Option(flags, `${setting.description}${fallbackOf(setting)}`);
    return option.argParser(parserOf(setting));
  });
}

/** What was given on the command line, by the names of the settings. */
export function givenSettings(
  scenario: ScenarioName,
  options: Readonly<Record<string, unknown>>,
): RawSettings {
  const given = optionSettings(scenario).map(
    (setting) => [setting.name, options[setting.option ?? setting.name]] as const,
  );
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

function optionSettings(scenario: ScenarioName): readonly SettingDescription[] {
  return settingDescriptions(scenario).filter(({ name }) => name !== "url");
}

function placeholderOf({ choices, placeholder }: SettingDescription): readonly string[] {
  if (choices.length > 0) return [`<${choices.join("|")}>`];
  return placeholder === undefined ? [] : [placeholder];
}

function fallbackOf({ fallback, kind, otherwise }: SettingDescription): string {
  if (kind === "flag" || kind === "list" || kind === "headers" || otherwise === "none") return "";
  return ` (default: ${fallback ?? otherwise?.replaceAll("`", "")})`;
}

/** Makes of a text what the schema wants to see; what cannot be made is left for it to complain about. */
function parserOf({ kind }: SettingDescription): (text: string, previous: unknown) => unknown {
  switch (kind) {
    case "number":
      return (text) => (text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text));
    case "list":
      return (text, previous) => [...(Array.isArray(previous) ? previous : []), text];
    case "headers":
      return (text, previous) => ({ ...(previous as object | undefined), ...parseHeader(text) });
    case "flag":
    case "duration":
    case "size":
    case "text":
    case "choice":
      return (text) => text;
    default:
      return kind satisfies never;
  }
}

function parseHeader(line: string): Readonly<Record<string, string>> {
  const colon = line.indexOf(":");
  if (colon < 1) throw new InvalidArgumentError('Expected "Name: value".');
  return { [line.slice(0, colon).trim()]: line.slice(colon + 1).trim() };
}
