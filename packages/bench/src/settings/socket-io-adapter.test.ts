import { describe, expect, it } from "vitest";
import { socketIoAdapter } from "./socket-io-adapter.ts";

const adapter = socketIoAdapter("/");
const room = socketIoAdapter("/room-{topic}");
const control = (text: string): unknown => adapter.control?.(Buffer.from(text), "text");

describe("the adapter of Socket.IO", () => {
  it.each([
    ["ws://127.0.0.1:3000/", "/socket.io/?EIO=4&transport=websocket"],
    ["ws://127.0.0.1:3000/my/?token=a%20b", "/my/?token=a+b&EIO=4&transport=websocket"],
    ["ws://127.0.0.1:3000/?room={topic}", "/socket.io/?room=7&EIO=4&transport=websocket"],
  ])("connects %s to %s", (url, target) => {
    expect(adapter.target?.(new URL(url), 7)).toBe(target);
  });

  it("enters its namespace and waits for the server's word", () => {
    expect(adapter.greeting?.("client", 0)).toEqual(["40"]);
    expect(room.greeting?.("client", 7)).toEqual(["40/room-7,"]);
    expect(control('0{"sid":"a","pingInterval":25000}')).toEqual({ kind: "ignore" });
    expect(control('40{"sid":"a"}')).toEqual({ kind: "ready" });
    expect(control('40/room-7,{"sid":"a"}')).toEqual({ kind: "ready" });
    expect(() => control('44/room-7,{"message":"Invalid namespace"}')).toThrow(
      'refused the connection: /room-7,{"message":"Invalid namespace"}',
    );
  });

  it("answers pings and knows no other events", () => {
    expect(control("2")).toEqual({ kind: "answer", text: "3" });
    expect(control("6")).toEqual({ kind: "ignore" });
    expect(control('42["other","x"]')).toBeUndefined();
    expect(control("41")).toBeUndefined();
    expect(adapter.control?.(Buffer.from("2"), "binary")).toBeUndefined();
  });

  it("puts a text into an event", () => {
    const envelope = { format: "text", before: '42["message","', after: '"]', holdsPayload: true };
    expect(adapter.request("text", 0)).toEqual([envelope]);
    expect(adapter.reply("text", 0)).toEqual(envelope);
    expect(room.reply("text", 7).before).toBe('42/room-7,["message","');
  });

  it("sends an event with a placeholder before bytes, and expects one before their echo", () => {
    const before = '451-/room-7,["message",{"_placeholder":true,"num":0}]';
    const bytes = { format: "binary", before: "", after: "", holdsPayload: true };
    const event = { format: "text", before, after: "", holdsPayload: false };
    expect(room.request("binary", 7)).toEqual([event, bytes]);
    expect(room.reply("binary", 7)).toEqual(bytes);
    expect(control(before)).toEqual({ kind: "ignore" });
  });
});
