import type { AsyncApiMessage } from "./async-api-types.ts";
import type { DeclaredMessage } from "./declared-messages.ts";
import {
  exampleTopic,
  frameSchema,
  historyMembers,
  idSchema,
  topicSchemaOf,
} from "./frame-schema.ts";
import type { JsonSchema } from "./json-schema.ts";
import type { PayloadSchema } from "./payload-schemas.ts";

/** Where the `id` is that an answer shares with its question. */
export const correlationId = { $ref: "#/components/correlationIds/id" } as const;

const tagOf = {
  event: "event",
  request: "request",
  response: "request",
  publication: "publication",
} as const;

/** The topics of a publication. */
interface TopicsOf {
  readonly pattern: string;
  readonly history: unknown;
}

const noTopics: TopicsOf = { pattern: "", history: undefined };

/** A declared message as AsyncAPI describes it. */
export function messageDocument(
  message: DeclaredMessage,
  data: PayloadSchema,
  /** Of publications. */
  { pattern, history }: TopicsOf = noTopics,
): AsyncApiMessage {
  const { frame, name } = message;
  const tail = history === undefined ? {} : historyMembers;
  const members = { ...headOf(message, pattern), data: data.schema, ...tail };
  const optional = [
    ...(frame === "event" ? ["id"] : []),
    ...(data.isRequired ? [] : ["data"]),
    ...Object.keys(tail),
  ];
  return {
    name: frame === "response" ? `${name}.response` : name,
    ...textsOf(data.about),
    tags: [{ name: tagOf[frame] }],
    ...("id" in members ? { correlationId } : {}),
    payload: frameSchema(frame, { members, optional }),
    ...examplesOf(message, data.about, pattern),
  };
}

/** What stands before the data. */
function headOf({ frame, sender, name }: DeclaredMessage, pattern: string): FrameHead {
  const nameSchema: JsonSchema = { type: "string", const: name };
  switch (frame) {
    case "event":
      // Only clients want to know whether an event took effect.
      return sender === "client" ? { id: idSchema, name: nameSchema } : { name: nameSchema };
    case "request":
      return { id: idSchema, name: nameSchema };
    case "response":
      return { id: idSchema };
    case "publication":
      return { topic: topicSchemaOf(pattern), name: nameSchema };
  }
}

type FrameHead = Readonly<Record<string, JsonSchema>>;

type Texts = Pick<AsyncApiMessage, "title" | "summary" | "description">;

/** The title and description of the data are those of the message, too. */
function textsOf({ title, description }: JsonSchema): Texts {
  const summary = description?.split("\n", 1)[0];
  return {
    ...(title === undefined ? {} : { title }),
    ...(summary === undefined ? {} : { summary }),
    ...(summary === description || description === undefined ? {} : { description }),
  };
}

function examplesOf(
  { frame, name }: DeclaredMessage,
  { examples }: JsonSchema,
  pattern: string,
): Pick<AsyncApiMessage, "examples"> {
  if (examples === undefined || examples.length === 0) return {};
  const head = {
    event: { type: frame, name },
    request: { type: frame, id: 1, name },
    response: { type: frame, id: 1 },
    publication: { type: frame, topic: exampleTopic(pattern), name },
  }[frame];
  return { examples: examples.map((data) => ({ payload: { ...head, data } })) };
}
