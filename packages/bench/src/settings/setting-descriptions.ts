import { z } from "zod";
import type { ScenarioName } from "../contract/settings.ts";
import { type Field, fields } from "./fields.ts";
import { scenarioSchemas } from "./scenario-schemas.ts";

/** A setting as help texts and the reference tell it. */
export interface SettingDescription extends Field {
  readonly name: string;
  readonly isRequired: boolean;
  /** As it is written; undefined when there is none. */
  readonly fallback: unknown;
  readonly choices: readonly string[];
  readonly range: string;
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
}

/** All settings of a scenario in the order of its schema. */
export function settingDescriptions(scenario: ScenarioName): readonly SettingDescription[] {
  const { shape } = scenarioSchemas[scenario];
  const options = { io: "input", unrepresentable: "any" } as const;
  const schema = z.toJSONSchema(scenarioSchemas[scenario], options) as JsonSchema;
  return Object.entries(shape).map(([name, member]) => {
    const field = fields.get(member);
    if (field === undefined) throw new Error(`The setting ${name} of ${scenario} has no field.`);
    const json = schema.properties?.[name] ?? {};
    return {
      ...field,
      name,
      isRequired: schema.required?.includes(name) === true && json.default === undefined,
      fallback: json.default,
      choices: json.enum ?? [],
      range: field.range ?? rangeOf(json, field),
    };
  });
}

function rangeOf(json: JsonSchema, { kind }: Field): string {
  if (kind === "flag") return "`true`, `false`";
  if (json.enum !== undefined) return json.enum.map((word) => `\`"${word}"\``).join(", ");
  const max = json.maximum?.toLocaleString("en");
  if (json.exclusiveMinimum !== undefined) return `above ${json.exclusiveMinimum}, up to ${max}`;
  return `${json.minimum} to ${max}`;
}
