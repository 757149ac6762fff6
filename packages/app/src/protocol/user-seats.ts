import { Disconnects } from "@windlass/core";
import { RequestDefinition } from "@windlass/protocol";
import type { UserConnection } from "../users/user-connection.ts";
import { toDisconnect } from "../users/user-guard.ts";
import type { TokenUser } from "./handler-types.ts";
import type { Peer } from "./peer.ts";
import { broadcastFrame } from "./publication-frames.ts";

/** Counts a connection among those of the user that its token names. Whether it may stay. */
export function takeSeat(peer: Peer, user: TokenUser): Promise<boolean> | undefined {
  const { users } = peer.runtime;
  if (users === undefined) return undefined;
  return users.registry.admitOpen(user, peer.raw, users.limit).then((answer) => {
    if (answer.kind !== "seated") {
      const disconnect = toDisconnect(answer);
      const rule = answer.kind === "limit" ? "connection-limit-per-user" : "user";
      peer.log.warn({ rule, seen: answer.kind }, `closing with ${disconnect.code}`);
      peer.raw.close(disconnect);
      return false;
    }
    peer.seat = answer.seat;
    if (peer.state === "closed") {
      users.registry.leave(answer.seat);
      return false;
    }
    answer.seat.connect(typedUserConnection(peer));
    return true;
  });
}

/** The connection has a fresh token. Whether that may be used. */
export function renewSeat(peer: Peer, user: TokenUser): boolean {
  const { seat, runtime } = peer;
  return (
    seat === undefined || runtime.users === undefined || runtime.users.registry.renew(seat, user)
  );
}

/** A connection whose user the route has recognised gets what its user is sent as events, once it may talk. */
export function joinSeat(peer: Peer): void {
  const seat = peer.runtime.users?.registry.seatOf(peer.raw.handshake);
  seat?.connect(typedUserConnection(peer));
}

function typedUserConnection(peer: Peer): UserConnection {
  return {
    id: peer.id,
    deliver(publication) {
      const { event, isVolatile } = publication.attributes ?? {};
      if (peer.admission !== "ready" || !isServerEvent(peer, event)) return;
      if (isVolatile === true && peer.raw.bufferedBytes > 0) return;
      const frame = broadcastFrame(publication);
      if (frame !== undefined) peer.writeFrame(frame);
    },
    close: (disconnect = Disconnects.Kicked) => peer.raw.close(disconnect),
  };
}

function isServerEvent({ runtime }: Peer, name = ""): boolean {
  const { server } = runtime.protocol;
  return Object.hasOwn(server, name) && !(server[name] instanceof RequestDefinition);
}
