import type { Connection, Disconnect, Publication } from "@windlass/core";

/** A connection as its user's messages reach it, whatever it speaks. */
export interface UserConnection {
  readonly id: string;
  /** Sends what was published to its user, if it is something that this connection understands. */
  deliver(publication: Publication): void;
  close(disconnect: Disconnect): void;
}

/** A connection without a protocol: gets what has no event name, as it is. */
export function rawUserConnection(connection: Connection): UserConnection {
  return {
    id: connection.id,
    deliver({ data, attributes = {} }) {
      const { event, isVolatile, compress } = attributes;
      if (event !== undefined) return;
      if (isVolatile === true && connection.bufferedBytes > 0) return;
      connection.send(data, compress === undefined ? {} : { compress });
    },
    close: (disconnect) => connection.close(disconnect),
  };
}
