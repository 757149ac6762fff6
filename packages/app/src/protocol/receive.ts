import type { Message } from "@windlass/core";
import { type Frame, FrameError, ProtocolError, readFrame } from "@windlass/protocol";
import { greet, renewToken } from "./admission.ts";
import type { OrderedFrame } from "./lane.ts";
import type { Peer } from "./peer.ts";
import { countViolation, refuseFrame, wireError } from "./refusals.ts";
import { runMessage } from "./run-message.ts";
import type { ProtocolRuntime } from "./runtime.ts";
import { subscribe, unsubscribe } from "./subscribing.ts";

/** Reads one message of a client and does what it says. */
export function receive(runtime: ProtocolRuntime, peer: Peer, message: Message): void {
  const frame = readMessage(runtime, peer, message);
  if (frame === undefined) return;
  switch (frame.type) {
    case "request":
    case "event":
    case "hello":
    case "subscribe":
    case "unsubscribe":
      enterLane(runtime, peer, frame, message.byteLength);
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
      renewToken(runtime, peer, frame);
      return;
    default:
      refuseFrame(runtime, peer, `its "type" is one that only servers send`);
  }
}

/** Handles a frame now, or lets it wait for those before it. */
export function enterLane(
  runtime: ProtocolRuntime,
  peer: Peer,
  frame: OrderedFrame,
  bytes: number,
): void {
  const { lane } = peer;
  if (!lane.isHeld) {
    const work = handle(runtime, peer, frame);
    // Handling `hello` may have given the peer another lane; the old one is what others wait in.
    if (work !== undefined) lane.hold(work);
    return;
  }
  const { maxPendingMessages, maxPendingBytes } = runtime.options;
  const isFull =
    lane.length + peer.callCount >= maxPendingMessages || lane.bytes + bytes > maxPendingBytes;
  if (isFull) peer.writeFrame(wireError("ERR_OVERLOADED", "id" in frame ? frame.id : undefined));
  else lane.add(peer, frame, bytes);
}

/** A promise, which never rejects, when the frame holds up the next ones. */
function handle(
  runtime: ProtocolRuntime,
  peer: Peer,
  frame: OrderedFrame,
): Promise<void> | undefined {
  if (frame.type === "hello") return greet(runtime, peer, frame);
  if (peer.admission !== "ready") {
    peer.writeFrame(wireError("ERR_UNAUTHENTICATED", frame.id));
    countViolation(runtime, peer, "ERR_UNAUTHENTICATED");
    return undefined;
  }
  switch (frame.type) {
    case "event":
    case "request":
      return runMessage(runtime, peer, frame);
    case "subscribe":
      return subscribe(runtime, peer, frame);
    case "unsubscribe":
      unsubscribe(peer, frame);
      return undefined;
    default:
      return frame satisfies never;
  }
}

function readMessage(runtime: ProtocolRuntime, peer: Peer, message: Message): Frame | undefined {
  const { codec } = peer;
  try {
    if (message.isBinary !== codec.isBinary) {
      throw new FrameError(`${codec.subprotocol} is ${codec.isBinary ? "binary" : "text"}`);
    }
    const payload = codec.isBinary ? message.bytes() : message.text();
    return readFrame(codec.decode(payload, runtime.options));
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    refuseFrame(runtime, peer, error.message);
    return undefined;
  }
}
