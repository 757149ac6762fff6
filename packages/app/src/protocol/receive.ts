import { Disconnects, type Message, toError } from "@windlass/core";
import { type Frame, FrameError, type PublishFrame, readFrame } from "@windlass/protocol";
import { greet, renewToken } from "./admission.ts";
import { tellPresence } from "./asking-presence.ts";
import { publishForClient } from "./client-publishing.ts";
import type { OrderedFrame, SessionFrame } from "./lane.ts";
import type { Peer } from "./peer.ts";
import { countViolation, refuseFrame, wireError } from "./refusals.ts";
import { isRepeated } from "./repetitions.ts";
import { isTaken, runMessage } from "./run-message.ts";
import { subscribe, unsubscribe } from "./subscribing.ts";

/** Reads one message of a client and does what it says. */
export function receive(peer: Peer, message: Message): void {
  const frame = readMessage(peer, message);
  if (frame === undefined) return;
  switch (frame.type) {
    case "request":
    case "event":
    case "hello":
    case "publish":
    case "subscribe":
    case "unsubscribe":
      enterLane(peer, frame, message.byteLength);
      return;
    // Answers do not wait for their turn: a handler that waits for one may hold the lane.
    case "response":
      peer.requests.answered(frame.id, frame.data);
      return;
    case "error":
      peer.requests.refused(frame);
      return;
    case "presence":
      if (frame.id === undefined) refuseFrame(peer, 'it has no "id"');
      else enterLane(peer, frame, message.byteLength);
      return;
    case "cancel":
      peer.findCall(frame.id)?.abort("cancelled");
      return;
    case "ping":
      if (frame.seen !== undefined) peer.session?.forget(frame.seen);
      peer.writeFrame({ type: "pong" });
      return;
    case "auth":
      renewToken(peer, frame);
      return;
    default:
      refuseFrame(peer, `its "type" is one that only servers send`);
  }
}

/** Before they are admitted, clients have nothing to send but a token and what follows it at once. */
const maxWaitingForAdmission = 64;
const maxBytesForAdmission = 131_072;

/** Handles a frame now, or lets it wait for those before it. Never throws. */
export function enterLane(peer: Peer, frame: OrderedFrame, bytes: number): void {
  try {
    const { lane } = peer;
    if (lane.isHeld) {
      wait(peer, frame, bytes);
      return;
    }
    const work = handle(peer, frame, bytes);
    if (work !== undefined) lane.hold(work, enterLane);
  } catch (error) {
    // A codec that cannot write what it should, say. Nobody above could close just this connection.
    peer.log.error({ err: toError(error) }, "handling a frame failed: closing with 1011");
    peer.raw.close(Disconnects.InternalError);
  }
}

function wait(peer: Peer, frame: OrderedFrame, bytes: number): void {
  // What is known needs no turn.
  if (isMessage(frame) && frame.id !== undefined && isRepeated(peer, frame, frame.id)) return;
  if (hasRoom(peer, bytes)) peer.lane.add(peer, frame, bytes);
  else refuseOverload(peer, frame);
}

function isMessage(frame: OrderedFrame): frame is SessionFrame {
  return frame.type === "event" || frame.type === "request" || frame.type === "publish";
}

function hasRoom({ admission, lane, callCount, callBytes, runtime }: Peer, bytes: number): boolean {
  const { maxPendingMessages, maxPendingBytes } = runtime.options;
  if (admission === "waiting") {
    return lane.length < maxWaitingForAdmission && lane.bytes + bytes <= maxBytesForAdmission;
  }
  return (
    lane.length + callCount < maxPendingMessages &&
    lane.bytes + callBytes + bytes <= maxPendingBytes
  );
}

function refuseOverload(peer: Peer, frame: OrderedFrame): void {
  const id = "id" in frame ? frame.id : undefined;
  const { session } = peer;
  if (id !== undefined && isMessage(frame) && session !== undefined) {
    session.refuse(id);
    // Nobody may make us remember any number of them.
    if (session.undoneCount > peer.runtime.options.maxPendingMessages) {
      peer.raw.close(Disconnects.QueueOverflow);
    }
  }
  peer.writeFrame(wireError("ERR_OVERLOADED", id));
}

/** A promise, which never rejects, when the frame holds up the next ones. */
function handle(peer: Peer, frame: OrderedFrame, bytes: number): Promise<void> | undefined {
  // It waited behind something that closed the connection.
  if (peer.state === "closed") return undefined;
  if (frame.type === "hello") return greet(peer, frame);
  if (peer.admission !== "ready") {
    peer.writeFrame(wireError("ERR_UNAUTHENTICATED", frame.id));
    countViolation(peer, "ERR_UNAUTHENTICATED");
    return undefined;
  }
  switch (frame.type) {
    case "event":
    case "request":
      return runMessage(peer, frame, bytes);
    case "publish":
      return publishMessage(peer, frame);
    case "presence":
      return tellPresence(peer, frame);
    case "subscribe":
      return subscribe(peer, frame);
    case "unsubscribe":
      unsubscribe(peer, frame);
      return undefined;
    default:
      return frame satisfies never;
  }
}

function publishMessage(peer: Peer, frame: PublishFrame): Promise<void> | undefined {
  peer.hasMessages = true;
  if (isTaken(peer, frame, frame.id)) return undefined;
  peer.session?.begin(frame.id);
  return publishForClient(peer, frame);
}

function readMessage(peer: Peer, message: Message): Frame | undefined {
  const { codec } = peer;
  try {
    if (message.isBinary !== codec.isBinary) {
      throw new FrameError(`${codec.subprotocol} is ${codec.isBinary ? "binary" : "text"}`);
    }
    const payload = codec.isBinary ? message.bytes() : message.text();
    return readFrame(codec.decode(payload, peer.runtime.options));
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    refuseFrame(peer, error.message);
    return undefined;
  }
}
