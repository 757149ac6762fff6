import { describe, expect, it } from "vitest";
import type { PresenceChange } from "../contract/presence.ts";
import { RecordingLogger } from "../testing/recording-logger.ts";
import { MemoryPresence } from "./memory-presence.ts";

const anna = { connectionId: "1", memberId: "anna" };

/** A watcher that keeps what it is told, in short. */
function watcher(): ((change: PresenceChange) => void) & { told: string[] } {
  const told: string[] = [];
  const watch = ({ kind, memberId }: PresenceChange) => void told.push(`${kind} ${memberId}`);
  return Object.assign(watch, { told });
}

describe("MemoryPresence", () => {
  it("tells watchers within the call", () => {
    const store = new MemoryPresence();
    const watch = watcher();
    void store.watch("t", watch);
    void store.join("t", anna);
    expect(watch.told).toEqual(["join anna"]);
    void store.leave("t", "1");
    expect(watch.told).toEqual(["join anna", "leave anna"]);
  });

  it("tells all watchers the same order when one of them changes something", () => {
    const store = new MemoryPresence();
    const [before, after] = [watcher(), watcher()];
    void store.watch("t", before);
    void store.watch("t", ({ kind }) => {
      if (kind === "join") void store.leave("t", "1");
    });
    void store.watch("t", after);
    void store.join("t", anna);
    expect(before.told).toEqual(["join anna", "leave anna"]);
    expect(after.told).toEqual(["join anna", "leave anna"]);
  });

  it("lets a connection be another member's", async () => {
    const store = new MemoryPresence();
    const watch = watcher();
    await store.watch("t", watch);
    await store.join("t", anna);
    await store.join("t", { connectionId: "1", memberId: "ben" });
    expect(watch.told).toEqual(["join anna", "leave anna", "join ben"]);
    expect(await store.members("t")).toEqual([{ memberId: "ben", connectionIds: ["1"] }]);
    expect(await store.count("t")).toEqual({ members: 1, connections: 1 });
  });

  it("leaves a connection whose it was when the limit of the other member refuses it", async () => {
    const store = new MemoryPresence();
    await store.join("t", anna);
    await store.join("t", { connectionId: "2", memberId: "ben" });
    const limit = { max: 1, onExcess: "refuse" } as const;
    const outcome = await store.join("t", { connectionId: "1", memberId: "ben" }, limit);
    expect(outcome).toEqual({ isAdmitted: false, displaced: [] });
    expect(await store.member("t", "anna")).toEqual({ memberId: "anna", connectionIds: ["1"] });
  });

  it("logs what a watcher throws, without the data, and tells the others", async () => {
    const store = new MemoryPresence();
    const log = new RecordingLogger();
    await store.open({ nodeId: "node", log });
    const watch = watcher();
    await store.watch("t", () => {
      throw new Error("broken");
    });
    await store.watch("t", watch);
    await store.join("t", { ...anna, data: "secret" });
    expect(watch.told).toEqual(["join anna"]);
    const line = await log.next("error");
    expect(line.fields).toEqual({ err: new Error("broken"), topic: "t" });
    expect(JSON.stringify(log.lines)).not.toContain("secret");
  });

  it("forgets topics without members, also when nobody was let in", async () => {
    const store = new MemoryPresence();
    await store.join("t", anna);
    await store.join("t", { connectionId: "2", memberId: "anna" });
    expect(store.topicCount).toBe(1);
    await store.leave("t", "2");
    await store.leave("t", "1");
    expect(store.topicCount).toBe(0);
    const limit = { max: 0, onExcess: "refuse" } as const;
    await store.join("t", anna, limit);
    expect(store.topicCount).toBe(0);
  });

  it("is empty after close and lets nobody join", async () => {
    const store = new MemoryPresence();
    const watch = watcher();
    await store.watch("t", watch);
    await store.join("t", anna);
    await store.close();
    const closed = expect.objectContaining({ code: "ERR_APP_STATE" });
    await expect(store.join("t", anna)).rejects.toEqual(closed);
    await expect(store.watch("t", watch)).rejects.toEqual(closed);
    await expect(store.leave("t", "1")).resolves.toBeUndefined();
    await expect(store.unwatch("t", watch)).resolves.toBeUndefined();
    expect(await store.members("t")).toEqual([]);
    expect([store.topicCount, store.watchedCount]).toEqual([0, 0]);
    expect(watch.told).toEqual(["join anna"]);
  });
});
