import { Disconnects, type Message } from "@windlass/core";
import { type Frame, FrameError, ProtocolError, readFrame } from "@windlass/protocol";
import { greet, renewToken } from "./admission.ts";
import type { OrderedFrame } from "./lane.ts";
import type { Peer } from "./peer.ts";
import { countViolation, refuseFrame, wireError } from "./refusals.ts";
import { runMessage } from "./run-message.ts";
import { subscribe, unsubscribe } from "./subscribing.ts";

/** Reads one message of a client and does what it says. */
export function receive(peer: Peer, message: Message): void {
  const frame = readMessage(peer, message);
  if (frame === undefined) return;
  switch (frame.type) {
    case "request":
    case "event":
    case "hello":
    case "subscribe":
    case "unsubscribe":
      enterLane(peer, frame, message.byteLength);
      return;
    // Answers do not wait for their turn: a handler that waits for one may hold the lane.
    case "response":
      peer.requests.answered(frame.id, frame.data);
      return;
    case "error":
      if (frame.id === undefined) return;
      peer.requests.refused(frame.id, new ProtocolError(frame.code, frame.message, frame.details));
      return;
    case "cancel":
      peer.findCall(frame.id)?.abort("cancelled");
      return;
    case "ping":
      if (frame.seen !== undefined) peer.session?.forget(frame.seen);
      peer.writeFrame({ type: "pong" });
      return;
    case "auth":
      renewToken(peer, frame, enterLane);
      return;
    default:
      refuseFrame(peer, `its "type" is one that only servers send`);
  }
}

/** Handles a frame now, or lets it wait for those before it. */
export function enterLane(peer: Peer, frame: OrderedFrame, bytes: number): void {
  const { lane } = peer;
  if (lane.isHeld) {
    if (hasRoom(peer, bytes)) lane.add(peer, frame, bytes);
    else refuseOverload(peer, frame);
    return;
  }
  const work = handle(peer, frame);
  // Handling `hello` may have given the peer another lane; the old one is what others wait in.
  if (work !== undefined) lane.hold(work, enterLane);
}

function hasRoom({ lane, callCount, runtime }: Peer, bytes: number): boolean {
  const { maxPendingMessages, maxPendingBytes } = runtime.options;
  return lane.length + callCount < maxPendingMessages && lane.bytes + bytes <= maxPendingBytes;
}

function refuseOverload(peer: Peer, frame: OrderedFrame): void {
  const id = "id" in frame ? frame.id : undefined;
  const isMessage = frame.type === "event" || frame.type === "request";
  if (id !== undefined && isMessage && peer.session !== undefined) {
    peer.session.refuse(id);
    // Nobody may make us remember any number of them.
    if (peer.session.undoneCount > peer.runtime.options.maxPendingMessages) {
      peer.raw.close(Disconnects.QueueOverflow);
    }
  }
  peer.writeFrame(wireError("ERR_OVERLOADED", id));
}

/** A promise, which never rejects, when the frame holds up the next ones. */
function handle(peer: Peer, frame: OrderedFrame): Promise<void> | undefined {
  if (frame.type === "hello") return greet(peer, frame);
  if (peer.admission !== "ready") {
    peer.writeFrame(wireError("ERR_UNAUTHENTICATED", frame.id));
    countViolation(peer, "ERR_UNAUTHENTICATED");
    return undefined;
  }
  switch (frame.type) {
    case "event":
    case "request":
      return runMessage(peer, frame);
    case "subscribe":
      return subscribe(peer, frame);
    case "unsubscribe":
      unsubscribe(peer, frame);
      return undefined;
    default:
      return frame satisfies never;
  }
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
