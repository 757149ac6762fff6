import type { z } from "zod";
import { BenchError } from "../contract/bench-error.ts";
import type { BenchSettings, ScenarioName } from "../contract/settings.ts";
import { crossChecks } from "./cross-checks.ts";
import { describeProblems } from "./problems.ts";
import { type ParsedFields, scenarioNames, scenarioSchemas } from "./scenario-schemas.ts";
import { toSettings } from "./to-settings.ts";

/** How problems are told. */
export interface ParseOptions {
  /** How people know a setting, such as `--message-bytes`. Default: its name. */
  readonly nameOf?: (path: readonly PropertyKey[]) => string;
}

/**
 * Settings of a scenario from what people write: durations as `"10s"`, sizes as `"16k"`, what is
 * left out as its default. `docs/reference/bench.md` has all names.
 *
 * @throws BenchError naming every setting that is unknown, of the wrong kind, outside its range or
 * at odds with another one, the value seen and what was wanted
 */
export function parseSettings<Name extends ScenarioName>(
  scenario: Name,
  raw: Readonly<Record<string, unknown>>,
  options: ParseOptions = {},
): Extract<BenchSettings, { scenario: Name }> {
  const schema = scenarioSchemas[scenario];
  const fail = (issues: readonly z.core.$ZodIssue[]): never => {
    const names = Object.keys(schema.shape);
    const elsewhere = (name: string) => describeElsewhere(name, scenario);
    throw new BenchError(describeProblems(issues, { ...options, value: raw, names, elsewhere }));
  };
  const result = schema.safeParse(raw);
  if (!result.success) return fail(result.error.issues);
  // One schema per name: the compiler does not follow the name through the table.
  const fields = result.data as ParsedFields<Name>;
  const problems = crossChecks[scenario](fields);
  if (problems.length > 0) {
    return fail(problems.map(({ path, message }) => custom([...path], message)));
  }
  return toSettings[scenario](fields);
}

function custom(path: PropertyKey[], message: string): z.core.$ZodIssue {
  return { code: "custom", path, message, input: undefined };
}

/** A setting that another scenario has. */
function describeElsewhere(name: string, scenario: ScenarioName): string | undefined {
  const homes = scenarioNames.filter((other) => Object.hasOwn(scenarioSchemas[other].shape, name));
  if (homes.length === 0) return undefined;
  if (scenario === "soak" && name === "inFlight") {
    return "soak sends at a fixed rate; echo has inFlight";
  }
  return `${scenario} has no such setting; ${homes.join(", ")} ${homes.length > 1 ? "have" : "has"} it`;
}
