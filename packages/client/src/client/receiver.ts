import {
  type FrameCodec,
  FrameError,
  ProtocolError,
  type ServerFrame,
  type WelcomeFrame,
} from "@windlass/protocol";
import { clientError } from "../client-errors.ts";
import type { Link } from "../link/link.ts";
import type { Outbox } from "../outbox/outbox.ts";
import type { EventListeners } from "./event-listeners.ts";
import type { Report } from "./guarded.ts";
import { readServerFrame } from "./server-frame.ts";
import type { ServerRequests } from "./server-requests.ts";
import type { Subscriptions } from "./subscriptions.ts";
import type { Tokens } from "./tokens.ts";

/** Who is told of the frames that come. */
export interface ReceiverParts {
  readonly codec: FrameCodec;
  readonly link: Link;
  readonly outbox: Outbox;
  readonly requests: ServerRequests;
  readonly subscriptions: Subscriptions;
  readonly tokens: Tokens;
  readonly events: EventListeners;
  readonly welcomed: (frame: WelcomeFrame) => void;
  readonly report: Report;
}

type FrameHandlers = {
  readonly [Type in ServerFrame["type"]]: (frame: Extract<ServerFrame, { type: Type }>) => void;
};

/** Takes what comes on the socket, whatever it is, and never throws. */
export function createReceiver(parts: ReceiverParts): (data: unknown) => void {
  const { codec, report } = parts;
  const handlers = frameHandlers(parts);
  return (data) => {
    try {
      const payload = typeof data === "string" ? data : new Uint8Array(data as ArrayBuffer);
      const frame = readServerFrame(codec.decode(payload));
      if (frame === undefined) return;
      const handle = handlers[frame.type] as (frame: ServerFrame) => void;
      handle(frame);
    } catch (error) {
      const isFrameError = error instanceof FrameError;
      report(
        isFrameError ? clientError("ERR_FRAME_INVALID", { problem: error.message }, error) : error,
      );
    }
  };
}

function frameHandlers(parts: ReceiverParts): FrameHandlers {
  const { link, outbox, events, requests, subscriptions, tokens, report } = parts;
  const answered = (id: number, error?: Error, data?: unknown): void => {
    link.proven();
    outbox.settle(id, error, data);
  };
  return {
    welcome: parts.welcomed,
    authenticated: ({ tokenExpiresInMs }) => tokens.accepted(tokenExpiresInMs),
    event: (frame) => events.emit(frame),
    request: (frame) => void requests.answer(frame).catch(report),
    cancel: ({ id }) => requests.cancel(id),
    response: ({ id, data }) => answered(id, undefined, data),
    ack: ({ id }) => answered(id),
    error({ id, code, message, details }) {
      const error = new ProtocolError(code, message, details);
      if (id === undefined) report(error);
      else answered(id, error);
    },
    publication: (frame) => subscriptions.get(frame.topic)?.published(frame),
    gap: ({ topic }) => subscriptions.get(topic)?.missed(),
    presence: (frame) => subscriptions.get(frame.topic)?.presence.emit(frame, report),
    subscribed: ({ topic }) => subscriptions.ask(topic),
    unsubscribed: ({ topic }) => subscriptions.unsubscribed(topic),
    pong() {},
    reconnect: ({ afterMs }) => link.order(afterMs),
  };
}
