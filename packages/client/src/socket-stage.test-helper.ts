import { ManualClock } from "@windlass/core/testing";
import { FakeNetwork, type FakeSocket, settled } from "./fake-network.test-helper.ts";
import {
  ReconnectingWebSocket,
  type ReconnectingWebSocketOptions,
  type UrlSource,
} from "./index.ts";

/** A plain socket whose network, time and chance are the test's. */
export interface SocketStage {
  readonly ws: ReconnectingWebSocket;
  readonly network: FakeNetwork;
  readonly clock: ManualClock;
  /** What was dispatched, in short. */
  readonly events: string[];
  readonly socket: () => FakeSocket;
}

export function createStage(
  options: ReconnectingWebSocketOptions & { url?: UrlSource } = {},
): SocketStage {
  const network = new FakeNetwork();
  const clock = new ManualClock();
  const { url = "ws://server.test/echo", ...rest } = options;
  const ws = new ReconnectingWebSocket(url, ["a", "b"], {
    WebSocket: network.WebSocket,
    clock,
    random: () => 0.5,
    ...rest,
  });
  const events: string[] = [];
  ws.addEventListener("open", () => void events.push("open"));
  ws.addEventListener("message", ({ data }) => void events.push(`message ${data}`));
  ws.addEventListener("error", () => void events.push("error"));
  ws.addEventListener("close", ({ code, wasClean }) => {
    events.push(`close ${code} ${wasClean ? "clean" : "unclean"} ${ws.readyState}`);
  });
  ws.addEventListener("reconnecting", ({ attempt, delayMs }) => {
    events.push(`reconnecting ${attempt} ${delayMs}`);
  });
  return { ws, network, clock, events, socket: () => network.last };
}

/** The connection is lost, and the next one is open. */
export async function reconnect({ socket, clock }: SocketStage): Promise<void> {
  socket().end();
  clock.advance(15_000);
  await settled();
  socket().open();
}
