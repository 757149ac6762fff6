import type { z } from "zod";

/**
 * A schema whose values are encoded by whoever sends them: both sides then work with the schema's
 * output (a Date), and only the wire has its input (a string). Made by {@link encoded}.
 */
export class Encoded<Schema extends z.ZodType> {
  readonly schema: Schema;

  constructor(schema: Schema) {
    this.schema = schema;
  }
}

/**
 * Lets both sides of a message work with the output of a schema that has codecs:
 * `encoded(z.object({ at: isoDateTime }))` is sent with a Date and received with a Date. Without
 * it the sender writes what goes over the wire, `z.input` of the schema: a string here.
 *
 * The schema must be able to run backwards: a `transform()` in it makes `defineProtocol` throw, and
 * defaults are not filled in for the sender.
 */
export function encoded<Schema extends z.ZodType>(schema: Schema): Encoded<Schema> {
  return new Encoded(schema);
}

/** The data of a message: a schema, or one that is {@link encoded}. */
export type Payload = z.ZodType | Encoded<z.ZodType>;

/** What the sender of this payload writes. */
export type Sent<P extends Payload> =
  P extends Encoded<infer Schema> ? z.output<Schema> : P extends z.ZodType ? z.input<P> : never;

/** What the receiver of this payload reads. */
export type Received<P extends Payload> =
  P extends Encoded<infer Schema> ? z.output<Schema> : P extends z.ZodType ? z.output<P> : never;

/** The schema of a payload. */
export function schemaOf(payload: Payload): z.ZodType {
  return payload instanceof Encoded ? payload.schema : payload;
}

/**
 * What goes over the wire for a value of the sender.
 *
 * @throws z.ZodError when a value of an encoded payload does not fit
 */
export function toWire(payload: Payload, value: unknown): unknown {
  return payload instanceof Encoded ? payload.schema.encode(value) : value;
}
