import type { ProtocolClient, StateEvent } from "@windlass/client";
import type { StageProtocol } from "./stage-protocol.ts";

/** A state event by its name. */
export type EventOf<State extends StateEvent["state"]> = Extract<StateEvent, { state: State }>;

/** The states that a client went through, for a case that waits for the next one. */
export class StateLog {
  readonly events: StateEvent[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(client: ProtocolClient<StageProtocol>) {
    client.onStateChange((event) => {
      this.events.push(event);
      for (const resolve of this.#waiting) resolve();
      this.#waiting.clear();
    });
  }

  /** The names of the states. */
  get names(): readonly string[] {
    return this.events.map(({ state }) => state);
  }

  all<State extends StateEvent["state"]>(state: State): readonly EventOf<State>[] {
    return this.events.filter((event): event is EventOf<State> => event.state === state);
  }

  /** Resolves with the event of this state that has this number (from 1), now or when it comes. */
  async nth<State extends StateEvent["state"]>(
    state: State,
    number: number,
  ): Promise<EventOf<State>> {
    for (;;) {
      const event = this.all(state)[number - 1];
      if (event !== undefined) return event;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** The next event of this state after the ones that there are. */
  async next<State extends StateEvent["state"]>(state: State): Promise<EventOf<State>> {
    return await this.nth(state, this.all(state).length + 1);
  }
}
