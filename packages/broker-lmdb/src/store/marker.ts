import { markerKey } from "./keys.ts";
import { StoreProblem } from "./store-problem.ts";

const format = "windlass-broker-lmdb";
/** Rises when a store can be read by newer packages only. */
const formatVersion = 1;

/** The first record of a store: whose it is, and how it is laid out. */
export const marker: Buffer = Buffer.from(JSON.stringify({ format, version: formatVersion }));

/** @throws StoreProblem when a file with this first record is not a store of this version. */
export function checkMarker(
  first: { readonly key: Buffer; readonly data: Buffer } | undefined,
): void {
  const version = first?.key.equals(markerKey) ? versionIn(first.data) : undefined;
  if (version === undefined) {
    throw new StoreProblem(
      "it is an LMDB file of another program",
      "Choose another folder for a new store",
    );
  }
  if (version > formatVersion) {
    throw new StoreProblem(
      `it has version ${version} of the format, and this package knows versions up to ${formatVersion}`,
      "Install the version of @windlass/broker-lmdb that made it, or a newer one",
    );
  }
}

function versionIn(data: Buffer): number | undefined {
  try {
    const value: unknown = JSON.parse(data.toString());
    if (typeof value !== "object" || value === null) return undefined;
    if (!("format" in value) || value.format !== format || !("version" in value)) return undefined;
    return Number.isSafeInteger(value.version) ? Number(value.version) : undefined;
  } catch {
    return undefined;
  }
}
