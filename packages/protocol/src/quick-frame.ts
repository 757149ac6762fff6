import type { EventFrame, RequestFrame } from "./frame.ts";

/** How the usual clients begin a request or an event: members in this order, without white space. */
const usualStart =
  /\{"type":"(?:request|event)",(?:"id":[1-9]\d{0,14},)?"name":"[\w.:-]{1,64}","data":/y;

const requestStart = '{"type":"request",';
const eventStart = '{"type":"event",';
const idStart = '"id":';
const nameStart = '"name":"';
const dataStart = '","data":';

/** Where the first letter of the type stands. */
const typeAt = '{"type":"'.length;
const letter = { i: 105, r: 114, closingBrace: 125, zero: 48 } as const;

/**
 * A request or an event that is written in the usual way: only its data is left to parse, which is
 * half the work. `undefined` for everything else, which is not to say that it is no frame.
 *
 * It never answers anything but what parsing the whole would: when the text between the start and
 * the last brace is JSON, then the whole is an object of just these members.
 */
export function quickFrame(text: string): EventFrame | RequestFrame | undefined {
  usualStart.lastIndex = 0;
  const isUsual = usualStart.test(text) && text.charCodeAt(text.length - 1) === letter.closingBrace;
  if (!isUsual) return undefined;
  const dataAt = usualStart.lastIndex;
  let data: unknown;
  try {
    data = JSON.parse(text.slice(dataAt, -1));
  } catch {
    // It goes on behind its data, or is no JSON: parsing the whole tells.
    return undefined;
  }
  return frameOf(text, dataAt, data);
}

function frameOf(
  text: string,
  dataAt: number,
  data: unknown,
): EventFrame | RequestFrame | undefined {
  const isRequest = text.charCodeAt(typeAt) === letter.r;
  let at = isRequest ? requestStart.length : eventStart.length;
  let id = 0;
  if (text.charCodeAt(at + 1) === letter.i) {
    at += idStart.length;
    for (let digit = digitAt(text, at); digit >= 0; digit = digitAt(text, at)) {
      id = id * 10 + digit;
      at += 1;
    }
    // The comma.
    at += 1;
  }
  const name = text.slice(at + nameStart.length, dataAt - dataStart.length);
  if (id === 0) return isRequest ? undefined : { type: "event", name, data };
  return isRequest ? { type: "request", id, name, data } : { type: "event", id, name, data };
}

/** The digit at a place, or -1 where there is none. */
function digitAt(text: string, at: number): number {
  const code = text.charCodeAt(at) - letter.zero;
  return code >= 0 && code <= 9 ? code : -1;
}
