import { createHandshake } from "../contract/handshake.ts";
import { HeaderList } from "../contract/header-list.ts";
import { ReceivedMessage } from "../contract/received-message.ts";
import { HandshakeContext } from "./handshake-context.ts";
import type { RouteRuntime } from "./route-runtime.ts";
import { UwsConnection } from "./uws-connection.ts";

/**
 * One object of each class that comes and goes with connections and messages, to be held as long as the
 * server lives. V8 forgets the hidden class of objects when the last of them is collected, and throws away
 * the machine code that relied on it: without these, everything on the path of a handshake would be
 * compiled anew after each full collection that finds no handshake under way.
 */
export function createKeptShapes(runtime: RouteRuntime): readonly object[] {
  const handshake = createHandshake({
    path: runtime.route.pattern,
    queryString: "",
    params: {},
    headers: HeaderList.of(["host"], ["localhost"]),
    host: "localhost",
    ip: "127.0.0.1",
    scheme: "ws",
    subprotocol: "",
  });
  return [
    handshake.headers,
    new UwsConnection(runtime, handshake, undefined),
    new ReceivedMessage(new ArrayBuffer(1), false),
    new HandshakeContext(),
  ];
}
