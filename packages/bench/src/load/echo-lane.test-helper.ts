import { vi } from "vitest";
import { Client, type ClientObserver } from "./client.ts";
import { createClientPlan } from "./client-plan.ts";
import { EchoLane } from "./echo-lane.ts";
import { echoShare } from "./echo-share.test-helper.ts";
import type { MessageTally } from "./message-tally.ts";
import { bareAdapter } from "./worker-share.test-helper.ts";

const unobserved: ClientObserver = {
  ready: () => {},
  reply: () => {},
  readEnd: () => {},
  unexpected: () => {},
  ended: () => {},
};

/** A lane that believes it is open; what it would send goes to `send`. */
export function createLane(tally: MessageTally) {
  const plan = createClientPlan(echoShare("ws://127.0.0.1:1/"), bareAdapter);
  const client = new Client(plan, unobserved, 0, 0, "client");
  client.isOpen = true;
  return {
    lane: new EchoLane(client, plan.pool(0), tally),
    send: vi.spyOn(client, "send").mockReturnValue(),
  };
}
