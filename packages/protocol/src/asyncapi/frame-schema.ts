import { maxTopicLength } from "../topic-pattern.ts";
import type { JsonSchema } from "./json-schema.ts";

/** What a frame has beside its `type`. */
export interface FrameMembers {
  readonly members: Readonly<Record<string, JsonSchema>>;
  /** Those that may be missing. */
  readonly optional?: readonly string[];
}

/** The schema of a whole frame. Members that are not named are ignored, so it does not refuse them. */
export function frameSchema(type: string, { members, optional = [] }: FrameMembers): JsonSchema {
  const required = Object.keys(members).filter((name) => !optional.includes(name));
  return {
    type: "object",
    required: ["type", ...required],
    properties: { type: { type: "string", const: type }, ...members },
  };
}

/** `id` of a frame. */
export const idSchema: JsonSchema = {
  description: "Chosen by whoever sends the message that is to be answered.",
  type: "integer",
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
};

/** `topic` of a frame when it may be any. */
export const topicSchema: JsonSchema = { type: "string", maxLength: maxTopicLength };

/** Members of a publication whose topic has a history. */
export const historyMembers: Readonly<Record<string, JsonSchema>> = {
  offset: { ...idSchema, description: "Number of the publication." },
  epoch: { description: "Name of the count.", type: "string" },
};

/** `topic` of a frame when its pattern is known. */
export function topicSchemaOf(pattern: string): JsonSchema {
  // Patterns have letters, digits and `_ . ~ -`; of these only the dot means something in a RegExp.
  const source = pattern.replaceAll(".", "\\.").replace(/:\w+/g, "[^/]+");
  return { ...topicSchema, pattern: `^${source}$`, examples: [exampleTopic(pattern)] };
}

/** A topic of a pattern, with the names of the parameters in the place of their values. */
export function exampleTopic(pattern: string): string {
  return pattern.replaceAll(":", "");
}
