/** What an item of MessagePack is, as its first byte says. */
type Kind =
  | "scalar"
  | "uint64"
  | "int64"
  | "float32"
  | "float64"
  | "string"
  | "bytes"
  | "list"
  | "map"
  | "extension"
  | "unused";

export interface Form {
  readonly kind: Kind;
  /** Bytes after the first one, or items of a list, or pairs of a map. */
  readonly size: number;
  /** Above 0, the size is not this one, but in so many bytes after the first one. */
  readonly sizeBytes: 0 | 1 | 2 | 4;
}

const fixed = (kind: Kind, size: number): Form => ({ kind, size, sizeBytes: 0 });
const sized = (kind: Kind, sizeBytes: 1 | 2 | 4): Form => ({ kind, size: 0, sizeBytes });

/** C0 to DF. */
const named: readonly Form[] = [
  fixed("scalar", 0), // nil
  fixed("unused", 0),
  fixed("scalar", 0), // false
  fixed("scalar", 0), // true
  sized("bytes", 1),
  sized("bytes", 2),
  sized("bytes", 4),
  fixed("extension", 0),
  fixed("extension", 0),
  fixed("extension", 0),
  fixed("float32", 4),
  fixed("float64", 8),
  fixed("scalar", 1), // uint 8
  fixed("scalar", 2),
  fixed("scalar", 4),
  fixed("uint64", 8),
  fixed("scalar", 1), // int 8
  fixed("scalar", 2),
  fixed("scalar", 4),
  fixed("int64", 8),
  ...new Array<Form>(5).fill(fixed("extension", 0)),
  sized("string", 1),
  sized("string", 2),
  sized("string", 4),
  sized("list", 2),
  sized("list", 4),
  sized("map", 2),
  sized("map", 4),
];

function formOf(head: number): Form {
  if (head < 0x80 || head >= 0xe0) return fixed("scalar", 0);
  if (head < 0x90) return fixed("map", head & 0x0f);
  if (head < 0xa0) return fixed("list", head & 0x0f);
  if (head < 0xc0) return fixed("string", head & 0x1f);
  return named[head - 0xc0] as Form;
}

/** The form of an item by its first byte: https://github.com/msgpack/msgpack/blob/master/spec.md */
export const forms: readonly Form[] = Array.from({ length: 256 }, (_, head) => formOf(head));
