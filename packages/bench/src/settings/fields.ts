import { z } from "zod";
import { formatDuration, formatSize, parseDuration, parseSize } from "./units.ts";

/** How a setting is written; decides what the command line makes of its text. */
type FieldKind = "number" | "duration" | "size" | "text" | "choice" | "flag" | "list" | "headers";

/** What help texts and the reference say of a setting beside its schema. */
export interface Field {
  readonly kind: FieldKind;
  /** One line for the help text: the effect. */
  readonly description: string;
  /** What stands for the value in the help text. Default: nothing, for a flag. */
  readonly placeholder?: string;
  /** Spelling of an option that may be given several times, where the setting has the plural. */
  readonly option?: string;
  /** As the reference gives it, where the JSON schema does not tell. */
  readonly range?: string;
  /** What holds when the setting is left out and the schema has no default. */
  readonly otherwise?: string;
}

/** The {@link Field} of each setting's schema. */
export const fields = z.registry<Field>();

type Described = Omit<Field, "kind" | "range">;

interface Measure extends Described {
  readonly min: number;
  readonly max: number;
  /** As people write it. */
  readonly fallback: string | number;
}

const grouped = (value: number): string => value.toLocaleString("en");

/** A whole number of at least 1. */
export function wholeNumber(max: number) {
  const wanted = `expected a whole number from 1 to ${grouped(max)}`;
  return z.int(wanted).min(1, wanted).max(max, wanted);
}

/** How many: a whole number of at least 1 with a default. */
export function count({
  max,
  fallback,
  ...field
}: Described & { readonly max: number; readonly fallback: number }) {
  const described = { kind: "number", placeholder: "<number>", ...field } as const;
  return wholeNumber(max).default(fallback).register(fields, described);
}

/** Messages per second: a number above 0, whole or not. */
export function frequency() {
  const max = 10_000_000;
  const wanted = `expected a number above 0, up to ${grouped(max)}`;
  return z.number(wanted).positive(wanted).max(max, wanted);
}

/** A duration in any spelling of {@link parseDuration}; milliseconds when parsed. */
export function duration({ min, max, fallback, ...field }: Measure) {
  const range = `${formatDuration(min)} to ${formatDuration(max)}`;
  const wanted = `expected a duration from ${range}, such as "10s", "500ms" or "2m"`;
  const described = { kind: "duration", placeholder: "<duration>", range, ...field } as const;
  const parse = between(min, max, parseDuration);
  return measured(wanted, parse).prefault(fallback).register(fields, described);
}

/** A size in any spelling of {@link parseSize}; bytes when parsed. */
export function size({ min, max, fallback, ...field }: Measure) {
  const range = `${formatSize(min)} to ${formatSize(max)}`;
  const wanted = `expected a size from ${range}, such as 20, "16k" or "1m"`;
  const described = { kind: "size", placeholder: "<size>", range, ...field } as const;
  const parse = between(min, max, parseSize);
  return measured(wanted, parse).prefault(fallback).register(fields, described);
}

/** One of a few words, the first of them when nothing is said. */
export function choice<const Words extends readonly [string, ...string[]]>(
  words: Words,
  field: Described,
) {
  const wanted = `expected ${words.map((word) => JSON.stringify(word)).join(" or ")}`;
  const [fallback]: readonly [Words[number], ...string[]] = words;
  return z
    .enum(words, wanted)
    .default(fallback as never)
    .register(fields, { kind: "choice", ...field });
}

/** Any text but the empty one. */
export function text(wanted: string) {
  return z.string(wanted).min(1, wanted);
}

/** On or off; off when nothing is said. */
export function flag(description: string) {
  const schema = z.boolean("expected true or false").default(false);
  return schema.register(fields, { kind: "flag", description });
}

type Parse = (value: number | string) => number | undefined;

function between(min: number, max: number, parse: Parse): Parse {
  return (value) => {
    const parsed = parse(value);
    return parsed !== undefined && parsed >= min && parsed <= max ? parsed : undefined;
  };
}

function measured(wanted: string, parse: Parse) {
  return z.union([z.string(), z.number()], wanted).transform((value, context) => {
    const parsed = parse(value);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: "custom", message: wanted });
    return z.NEVER;
  });
}
