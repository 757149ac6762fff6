import type { z } from "zod";
import {
  type HistoryDefinition,
  type MessageDefinitions,
  type Protocol,
  RequestDefinition,
  type TopicDefinition,
} from "./definitions.ts";
import { Encoded, type Payload, schemaOf } from "./payload.ts";
import { ProtocolError } from "./protocol-error.ts";
import { schemaProblem } from "./schema-problem.ts";
import { topicPatternProblem } from "./topic-pattern.ts";

const messageName = /^[A-Za-z][\w.:-]{0,63}$/;

/** @throws ProtocolError `ERR_PROTOCOL_INVALID` */
export function checkProtocol(protocol: Protocol): void {
  checkMessages("client", protocol.client);
  checkMessages("server", protocol.server);
  for (const [pattern, topic] of Object.entries(protocol.topics)) checkTopic(pattern, topic);
  checkShapes(Object.keys(protocol.topics));
}

function checkMessages(side: string, messages: MessageDefinitions): void {
  for (const [name, definition] of Object.entries(messages)) {
    const place = `${side}.${name}`;
    checkName(place, name);
    if (definition instanceof RequestDefinition) {
      checkPayload(`${place}.data`, definition.data);
      checkPayload(`${place}.result`, definition.result);
    } else {
      checkPayload(place, definition);
    }
  }
}

function checkTopic(pattern: string, { events, history, presence }: TopicDefinition): void {
  const place = `topics["${pattern}"]`;
  const problem = topicPatternProblem(pattern);
  if (problem !== undefined) throw invalid(place, problem);
  for (const [name, payload] of Object.entries(events)) {
    checkName(`${place}.events.${name}`, name);
    checkPayload(`${place}.events.${name}`, payload);
  }
  if (history !== undefined) checkHistory(place, history);
  if (presence !== undefined) checkPayload(`${place}.presence`, presence);
}

function checkName(place: string, name: string): void {
  if (messageName.test(name)) return;
  throw invalid(place, "a name is 1 to 64 letters, digits, _ . : and -, and begins with a letter");
}

function checkPayload(place: string, payload: Payload): void {
  const schema: unknown = payload instanceof Encoded ? payload.schema : payload;
  const isSchema = typeof schema === "object" && schema !== null && "_zod" in schema;
  if (!isSchema) {
    const wanted = "wanted a zod 4 schema, encoded(schema) or request(data, result)";
    throw invalid(place, `it is of type ${schema === null ? "null" : typeof schema}; ${wanted}`);
  }
  // A message without data: only inside of something else is there no way to write it.
  if (isNothing(schemaOf(payload))) return;
  const problem = schemaProblem(schemaOf(payload), payload instanceof Encoded);
  if (problem !== undefined) throw invalid(`${place}${problem.path}`, problem.problem);
}

/** The most that a topic keeps, and the longest time: a year. */
const maxHistorySize = 1_000_000;
const maxHistoryMs = 31_536_000_000;

function checkHistory(place: string, history: HistoryDefinition): void {
  const { size, ttlMs, positionTtlMs = ttlMs, isLastValue = false } = history;
  checkNumber(`${place}.history.size`, size, { min: 1, max: maxHistorySize });
  checkNumber(`${place}.history.ttlMs`, ttlMs, { min: 1, max: maxHistoryMs });
  // A position that is forgotten before its publications would make them useless.
  const range = { min: ttlMs, max: maxHistoryMs };
  checkNumber(`${place}.history.positionTtlMs`, positionTtlMs, range);
  if (typeof isLastValue === "boolean") return;
  throw invalid(`${place}.history.isLastValue`, `it is ${isLastValue}; wanted true or false`);
}

interface Range {
  readonly min: number;
  readonly max: number;
}

function checkNumber(place: string, value: number, { min, max }: Range): void {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return;
  throw invalid(place, `it is ${value}; wanted a whole number from ${min} to ${max}`);
}

/** `room/:name` and `room/:id` would be the same topics. */
function checkShapes(patterns: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const pattern of patterns) {
    const shape = pattern.replace(/:\w+/g, ":");
    const other = seen.get(shape);
    if (other !== undefined) {
      throw invalid(`topics["${pattern}"]`, `its topics are those of "${other}", too`);
    }
    seen.set(shape, pattern);
  }
}

function invalid(place: string, problem: string): ProtocolError {
  return new ProtocolError("ERR_PROTOCOL_INVALID", `${place} of the protocol: ${problem}.`, {
    place,
    problem,
  });
}

function isNothing({ _zod: { def } }: z.ZodType): boolean {
  return def.type === "void" || def.type === "undefined";
}
