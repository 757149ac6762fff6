import { Opcode } from "./client-frame.ts";

interface HeaderRule {
  readonly isBroken: (first: number, second: number, isWithinMessage: boolean) => boolean;
  readonly problem: string;
}

const FIN = 0x80;
const MASKED = 0x80;
const COMPRESSED = 0x40;
const RESERVED = 0x30;
const MAX_CONTROL_BYTES = 125;

const isControl = (first: number): boolean => (first & 0x08) !== 0;
const opcodeOf = (first: number): number => first & 0x0f;
const KNOWN = new Set<number>(Object.values(Opcode));

/** RFC 6455, section 5, for what a server sends. The first rule that is broken is told. */
const rules: readonly HeaderRule[] = [
  {
    isBroken: (first) => (first & COMPRESSED) !== 0,
    problem:
      "a compressed message (RSV1), which the generator does not read; keep permessage-deflate off in the server, or use the handshake `minimal`, which does not offer it",
  },
  { isBroken: (first) => (first & RESERVED) !== 0, problem: "a frame with reserved bits set" },
  {
    isBroken: (_, second) => (second & MASKED) !== 0,
    problem: "a masked frame; servers must not mask (RFC 6455, section 5.1)",
  },
  { isBroken: (first) => !KNOWN.has(opcodeOf(first)), problem: "a frame with an unknown opcode" },
  {
    isBroken: (first, second) =>
      isControl(first) && ((first & FIN) === 0 || second > MAX_CONTROL_BYTES),
    problem: "a control frame that is fragmented or longer than 125 bytes",
  },
  {
    isBroken: (first, _, isWithinMessage) =>
      !isControl(first) && opcodeOf(first) !== Opcode.Continuation && isWithinMessage,
    problem: "a new message within a fragmented one",
  },
  {
    isBroken: (first, _, isWithinMessage) =>
      opcodeOf(first) === Opcode.Continuation && !isWithinMessage,
    problem: "a continuation of no message",
  },
];

/**
 * What is wrong with the first two bytes of a frame, as a sentence; undefined when nothing is.
 * `isWithinMessage`: a fragmented message is under way.
 */
export function frameProblem(
  first: number,
  second: number,
  isWithinMessage: boolean,
): string | undefined {
  const broken = rules.find((rule) => rule.isBroken(first, second, isWithinMessage));
  return broken === undefined ? undefined : `protocol error: ${broken.problem}`;
}
