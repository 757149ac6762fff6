import { ClientStage, type chat, type StageOptions } from "./client-stage.test-helper.ts";
import type { Subscription } from "./index.ts";
import { type Presence, type PresenceEvent, presence } from "./presence/index.ts";

type HallTopic = (typeof chat)["topics"]["hall/:name"];

interface Data {
  readonly nick: string;
}

/** A topic with presence, and what an application hears of its members. */
export class Hall {
  readonly stage: ClientStage;
  readonly subscription: Subscription<HallTopic>;
  readonly presence: Presence<Data>;
  readonly events: PresenceEvent<Data>[] = [];
  stop: () => void = () => {};

  constructor(options?: StageOptions, stage = ClientStage.opened(options)) {
    this.stage = stage;
    this.subscription = stage.client.subscribe("hall/:name", { name: "main" }, {});
    this.presence = presence(this.subscription);
  }

  watch(): this {
    this.stop = this.presence.onChange((event) => void this.events.push(event));
    return this;
  }

  /** The events so far, in short: who is there, `+` who has come, `-` who has gone. */
  get seen(): readonly string[] {
    return this.events.map(({ members, joined, left }) => {
      const ids = [
        ...members.map(({ id }) => id),
        ...joined.map(({ id }) => `+${id}`),
        ...left.map(({ id }) => `-${id}`),
      ];
      return ids.join(" ");
    });
  }

  /** What the client has asked on this connection. */
  get questions(): readonly Record<string, unknown>[] {
    return this.stage.socket.frames.filter(({ type }) => type === "presence");
  }

  answer(id: number, ids: readonly string[]): void {
    this.stage.socket.receiveFrame({ type: "response", id, data: { members: ids.map(memberOf) } });
  }

  change(joined: readonly string[], left: readonly string[]): void {
    this.receive({ type: "presence", joined: joined.map(memberOf), left });
  }

  refuse(id: number, code = "ERR_PRESENCE_REFUSED"): void {
    this.stage.socket.receiveFrame({ type: "error", id, code, message: "No." });
  }

  receive(frame: object): void {
    this.stage.socket.receiveFrame({ topic: "hall/main", ...frame });
  }
}

function memberOf(id: string): object {
  return { id, data: { nick: id } };
}
