import type { ClientCase } from "./client-case.ts";
import { fakeServerCases } from "./fake-server-cases.ts";
import { flappingCases } from "./flapping-cases.ts";
import { linkCases } from "./link-cases.ts";
import { plainSocketCases } from "./plain-socket-cases.ts";
import { queueCases } from "./queue-cases.ts";
import { requestCases } from "./request-cases.ts";
import { scheduleCases } from "./schedule-cases.ts";
import { sessionCases } from "./session-cases.ts";
import { talkingCases } from "./talking-cases.ts";
import { tokenCases } from "./token-cases.ts";
import { topicCases } from "./topic-cases.ts";

/** Every case, with those that take long or without. */
export function allCases(isLong: boolean): readonly ClientCase[] {
  return [
    ...talkingCases,
    ...requestCases,
    ...linkCases,
    ...scheduleCases,
    ...tokenCases,
    ...queueCases,
    ...sessionCases,
    ...topicCases,
    ...fakeServerCases,
    ...plainSocketCases,
    ...flappingCases(isLong),
  ];
}
