import type { Position, Publication, PublicationAttributes } from "@windlass/core";
import { seal, sealBytes, unseal } from "../store/sealed.ts";

/*
 * Version (1 byte), flags (1), time of publication in milliseconds since 1970 (6), length of the
 * attributes (4), attributes as JSON, data, checksum (4). Numbers are little endian.
 */
const version = 1;
const flagsAt = 1;
const publishedAt = 2;
const lengthAt = 8;
const attributesAt = 12;
const textFlag = 1;

/** A publication on its way into the store, which gives it its time and its place. */
export interface EncodedPublication {
  readonly topic: string;
  readonly record: Buffer;
  /** As it goes to listeners; bytes are those in the record, so that they are copied once. */
  readonly data: string | Uint8Array;
  readonly attributes: PublicationAttributes | undefined;
}

/** Copies a publication. Throws what `JSON.stringify` throws of attributes that are not JSON. */
export function encodePublication({ topic, data, attributes }: Publication): EncodedPublication {
  const isText = typeof data === "string";
  // What is not Unicode could not be stored, nor sent: listeners get what the history will have.
  const text = isText ? data.toWellFormed() : undefined;
  const json = attributes === undefined ? "" : JSON.stringify(attributes);
  const jsonBytes = Buffer.byteLength(json);
  const dataAt = attributesAt + jsonBytes;
  const dataBytes = isText ? Buffer.byteLength(data) : data.length;
  // Memory of its own, as listeners get a part of it.
  const record = Buffer.allocUnsafeSlow(dataAt + dataBytes + sealBytes);
  record[0] = version;
  record[flagsAt] = isText ? textFlag : 0;
  record.writeUInt32LE(jsonBytes, lengthAt);
  record.write(json, attributesAt);
  if (text === undefined) record.set(data as Uint8Array, dataAt);
  else record.write(text, dataAt);
  return { topic, record, data: text ?? bytesOf(record, dataAt), attributes };
}

/** Completes the record with its time and its place. */
export function stampPublication(
  key: Buffer,
  { record }: EncodedPublication,
  nowMs: number,
): Buffer {
  record.writeUIntLE(nowMs, publishedAt, 6);
  return seal(key, record);
}

/** What listeners hear. */
export function heardPublication(encoded: EncodedPublication, position: Position): Publication {
  const { topic, data, attributes } = encoded;
  return toPublication(topic, data, position, attributes);
}

/** @throws DamagedRecordError */
export function publishedAtMsOf(key: Buffer, record: Buffer): number {
  return unseal(key, record, version).readUIntLE(publishedAt, 6);
}

/** A publication that is kept; it always has a position. */
export interface KeptPublication extends Publication {
  readonly position: Position;
}

/** @throws DamagedRecordError */
export function decodePublication(
  topic: string,
  position: Position,
  [key, stored]: readonly [key: Buffer, record: Buffer],
): KeptPublication {
  const record = unseal(key, stored, version);
  const dataAt = attributesAt + record.readUInt32LE(lengthAt);
  const isText = ((record[flagsAt] ?? 0) & textFlag) !== 0;
  const data = isText ? record.toString("utf8", dataAt) : new Uint8Array(record.subarray(dataAt));
  const json = record.toString("utf8", attributesAt, dataAt);
  return toPublication(topic, data, position, json === "" ? undefined : JSON.parse(json));
}

function toPublication(
  topic: string,
  data: string | Uint8Array,
  position: Position,
  attributes: PublicationAttributes | undefined,
): KeptPublication {
  return attributes === undefined
    ? { topic, data, position }
    : { topic, data, attributes, position };
}

function bytesOf(record: Buffer, from: number): Uint8Array {
  const { buffer, byteOffset, length } = record;
  return new Uint8Array(buffer, byteOffset + from, length - sealBytes - from);
}
