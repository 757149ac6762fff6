import {
  type MessageDefinition,
  type MessageDefinitions,
  type Payload,
  RequestDefinition,
  schemaOf,
} from "@windlass/protocol";
import { clientError } from "../client-errors.ts";
import { fitting } from "../fitting.ts";

/** Reads data that came in. Throws ProtocolError `ERR_DATA_INVALID` when it does not fit. */
export type ReadPayload = (payload: Payload, name: string, data: unknown) => unknown;

/** Checks and converts it by its schema. */
export const parsePayload: ReadPayload = (payload, name, data) =>
  fitting(name, data, () => schemaOf(payload).parse(data));

/** Takes it as it is. */
export const rawPayload: ReadPayload = (_payload, _name, data) => data;

/** @throws ProtocolError `ERR_NAME_UNKNOWN` */
export function eventOf(messages: MessageDefinitions, name: string): Payload {
  return definitionOf(messages, name, "event") as Payload;
}

/** @throws ProtocolError `ERR_NAME_UNKNOWN` */
export function requestOf(messages: MessageDefinitions, name: string): RequestDefinition {
  return definitionOf(messages, name, "request") as RequestDefinition;
}

function definitionOf(messages: MessageDefinitions, name: string, kind: string): MessageDefinition {
  const definition = own(messages, name);
  const seen = definition instanceof RequestDefinition ? "request" : "event";
  if (definition !== undefined && seen === kind) return definition;
  throw clientError("ERR_NAME_UNKNOWN", { kind, name });
}

/** A member of an object itself, and none of its prototype's. */
export function own<Value>(
  record: Readonly<Record<string, Value>>,
  key: string,
): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
