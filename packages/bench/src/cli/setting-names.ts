import type { ScenarioName } from "../contract/settings.ts";
import { settingDescriptions } from "../settings/setting-descriptions.ts";
import type { RawSettings } from "../settings/settings-file.ts";
import { optionNameOf } from "./scenario-options.ts";

/** Where the settings of a run come from. */
export interface SettingSources {
  readonly scenario: ScenarioName;
  readonly given: RawSettings;
  readonly file: RawSettings;
  /** As the user wrote it. */
  readonly filePath: string | undefined;
}

/**
 * How a setting is called in an error: as it was written. `--message-bytes` on the command line and
 * where it was written nowhere, `bench.json: messageBytes` in a settings file.
 */
export function settingNames({ scenario, given, file, filePath }: SettingSources) {
  const settings = settingDescriptions(scenario);
  return (path: readonly PropertyKey[]): string => {
    const [name = "", ...rest] = path.map(String);
    if (!(name in given) && name in file) return `${filePath}: ${[name, ...rest].join(".")}`;
    const setting = settings.find((candidate) => candidate.name === name);
    if (setting === undefined || name === "url") return name;
    return [optionNameOf(setting), ...rest].join(" ");
  };
}
