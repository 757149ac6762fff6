import { type Component, createDispatcher, Disconnects } from "@windlass/core";
import { connectInMemory, createInMemoryHandshake } from "@windlass/core/testing";
import { describe, expect, it } from "vitest";
import { Cluster, settle } from "./cluster.test-helper.ts";
import { UserDispatcher } from "./user-dispatcher.ts";

/** A connection whose handshake a node has let in, but which its dispatcher has not heard of. */
async function stage(component: Component) {
  const node = await new Cluster().node();
  const peer = await connectInMemory({ onMessage: () => {} });
  const { connection } = peer;
  await node.admit("anna", undefined, connection.handshake);
  const dispatcher = new UserDispatcher(createDispatcher(component), node.registry);
  return { node, peer, connection, dispatcher };
}

describe("UserDispatcher", () => {
  it("gives a connection what its user is sent, from its onOpen on", async () => {
    const sending: Promise<unknown>[] = [];
    const { node, peer, connection, dispatcher } = await stage({
      onOpen: () => void sending.push(node.users.send("anna", "welcome")),
      onMessage: () => {},
    });
    await node.users.send("anna", "too early");
    dispatcher.opened(connection);
    await Promise.all(sending);
    await node.users.send("anna", Uint8Array.of(1));
    await node.users.send("anna", '{"a":1}', { event: "said" });
    expect(peer.received).toEqual(["welcome", Uint8Array.of(1)]);
  });

  it("leaves a connection without a user alone, and passes everything on", async () => {
    const seen: string[] = [];
    const { connection, dispatcher } = await stage({
      onOpen: () => void seen.push("open"),
      onMessage: () => {},
      onDrain: () => void seen.push("drain"),
      onClose: (_connection, { code }) => void seen.push(`close ${code}`),
    });
    const stranger = Object.create(connection, {
      handshake: { value: createInMemoryHandshake() },
      state: { value: "open" },
    }) as typeof connection;
    dispatcher.opened(stranger);
    expect(dispatcher.connections.has(stranger)).toBe(true);
    dispatcher.drained(stranger);
    dispatcher.closed(stranger, { code: 1000, reason: "", wasClean: true, cause: "peer" });
    await dispatcher.settled();
    expect(seen).toEqual(["open", "drain", "close 1000"]);
  });

  it("closes a connection whose user was sent away meanwhile, once its onOpen was called", async () => {
    const states: string[] = [];
    const { node, peer, connection, dispatcher } = await stage({
      onOpen: ({ state }) => void states.push(state),
      onMessage: () => {},
    });
    await node.users.disconnect("anna");
    dispatcher.opened(connection);
    expect(states).toEqual(["open"]);
    await settle();
    expect(await peer.closed).toMatchObject({ code: Disconnects.Kicked.code });
  });

  it("drops a volatile message for a connection that is behind", async () => {
    const { node, peer, connection, dispatcher } = await stage({ onMessage: () => {} });
    dispatcher.opened(connection);
    peer.pause();
    await node.users.send("anna", "waits", { compress: false });
    await node.users.send("anna", "dropped", { isVolatile: true });
    peer.resume();
    await node.users.send("anna", "seen", { isVolatile: true });
    expect(peer.received).toEqual(["waits", "seen"]);
  });
});
