import type { SessionFrame } from "./lane.ts";
import type { Peer } from "./peer.ts";
import { wireError } from "./refusals.ts";

/** Whether the session knows the message already; then it gets its answer again, if there is one. */
export function isRepeated(peer: Peer, frame: SessionFrame, id: number): boolean {
  const { session } = peer;
  if (session === undefined) return false;
  const repetition = session.look(id, frame.type === "event" ? "event" : "request");
  switch (repetition) {
    case "new":
      return false;
    case "running":
      // It is answered when it is done, or handled anew when it turns out to have had no effect.
      session.repeated(id, { user: peer, frame });
      break;
    case "acknowledged":
      peer.writeFrame({ type: "ack", id });
      break;
    case "lost":
      peer.writeFrame(wireError("ERR_REPLY_LOST", id));
      break;
    default:
      peer.write(repetition.reply);
  }
  return true;
}
