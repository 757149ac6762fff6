/** The first byte of a sequence of several, and what may follow it: Table 3-7 of Unicode. */
interface Lead {
  /** Bytes of the sequence. */
  readonly length: number;
  /** What the second byte may be; the others are 80 to BF. */
  readonly min: number;
  readonly max: number;
}

const two: Lead = { length: 2, min: 0x80, max: 0xbf };
const three: Lead = { length: 3, min: 0x80, max: 0xbf };
const four: Lead = { length: 4, min: 0x80, max: 0xbf };

/** By the first byte, from C2. The narrow ones leave out long spellings, surrogates and what is beyond Unicode. */
const leads: readonly Lead[] = [
  ...new Array<Lead>(30).fill(two),
  { ...three, min: 0xa0 },
  ...new Array<Lead>(12).fill(three),
  { ...three, max: 0x9f },
  three,
  three,
  { ...four, min: 0x90 },
  four,
  four,
  four,
  { ...four, max: 0x8f },
];

/** Whether bytes are well-formed UTF-8 from `start` up to `end`. Decoders that are lenient read several spellings as the same text. */
export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    const first = bytes[at] as number;
    const length = first < 0x80 ? 1 : sequenceLength(bytes, at, end);
    if (length === 0) return false;
    at += length;
  }
  return true;
}

/** Bytes of the sequence of several at `at`; 0 when it is none. */
function sequenceLength(bytes: Uint8Array, at: number, end: number): number {
  const lead = leads[(bytes[at] as number) - 0xc2];
  if (lead === undefined || at + lead.length > end) return 0;
  const second = bytes[at + 1] as number;
  if (second < lead.min || second > lead.max) return 0;
  for (let index = at + 2; index < at + lead.length; index += 1) {
    if (((bytes[index] as number) & 0xc0) !== 0x80) return 0;
  }
  return lead.length;
}
