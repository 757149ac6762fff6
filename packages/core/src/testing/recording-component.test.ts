import { describe, expect, it } from "vitest";
import { connectInMemory } from "./in-memory-route.ts";
import { RecordingComponent } from "./recording-component.ts";

describe("RecordingComponent", () => {
  it("records every callback with what it was given", async () => {
    const component = new RecordingComponent<{ count: number }>();
    const peer = await connectInMemory(component);
    const { connection } = peer;
    peer.send("text");
    peer.send(Uint8Array.of(255));
    peer.close(4100);
    expect(component.events).toEqual([
      { phase: "open", connection },
      {
        phase: "message",
        connection,
        text: "text",
        bytes: new TextEncoder().encode("text"),
        isBinary: false,
      },
      { phase: "message", connection, text: "\uFFFD", bytes: Uint8Array.of(255), isBinary: true },
      {
        phase: "close",
        connection,
        event: { code: 4100, reason: "", wasClean: true, cause: "peer" },
      },
    ]);
    expect(component.phases).toEqual(["open", "message", "message", "close"]);
  });

  it("lets a test wait, for a phase or for anything, each event once", async () => {
    const component = new RecordingComponent();
    const first = component.next("message");
    const second = component.next("message");
    const peer = await connectInMemory(component);
    peer.send("a");
    peer.send("b");
    peer.send("c");
    expect([(await first).text, (await second).text]).toEqual(["a", "b"]);
    expect((await component.next()).phase).toBe("open");
    expect((await component.next("message")).text).toBe("c");
  });

  it("behaves as told, also later and anew", async () => {
    const component = new RecordingComponent();
    const peer = await connectInMemory(component);
    component.on("message", (connection, message) => void connection.send(message));
    peer.send("a");
    component.on("message", () => {
      throw new Error("told to");
    });
    peer.send("b");
    expect(peer.received).toEqual(["a"]);
    expect(await component.next("error")).toMatchObject({
      failedPhase: "message",
      error: { message: "told to" },
    });
  });
});
