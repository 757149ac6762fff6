import type { PublicationListener } from "../contract/broker.ts";
import type {
  JoinOutcome,
  MemberLimit,
  PresenceEntry,
  PresenceListener,
} from "../contract/presence.ts";
import type {
  Position,
  Publication,
  PublishPolicy,
  PublishReceipt,
} from "../contract/publication.ts";
import { BrokerNode, PresenceNode } from "./in-process-nodes.test-helper.ts";

/** Does things later, one after the other, as a connection to a server would. */
class Line {
  #last: Promise<unknown> = Promise.resolve();

  send<Result>(action: () => Promise<Result> | Result): Promise<Result> {
    const sent = this.#last.then(() => new Promise(setImmediate)).then(action);
    this.#last = sent.catch(() => {});
    return sent;
  }
}

type Listener<Event> = (event: Event) => void;

/** Calls listeners later, in order, and not when they have left meanwhile. */
class LateListeners<Event> {
  readonly #line = new Line();
  readonly #late = new Map<string, Map<Listener<Event>, Listener<Event>>>();

  /** What to subscribe in place of a listener. */
  add(topic: string, listener: Listener<Event>): Listener<Event> {
    const listeners = this.#late.get(topic) ?? new Map<Listener<Event>, Listener<Event>>();
    this.#late.set(topic, listeners);
    const late =
      listeners.get(listener) ??
      ((event: Event) => {
        void this.#line.send(() => {
          if (listeners.get(listener) === late) listener(event);
        });
      });
    listeners.set(listener, late);
    return late;
  }

  remove(topic: string, listener: Listener<Event>): Listener<Event> {
    const late = this.#late.get(topic)?.get(listener);
    this.#late.get(topic)?.delete(listener);
    return late ?? listener;
  }
}

/** A node that takes its time, and delivers when it is already doing something else. */
export class LateBrokerNode extends BrokerNode {
  readonly #line = new Line();
  readonly #listeners = new LateListeners<Publication>();

  override publish(publication: Publication, policy?: PublishPolicy): Promise<PublishReceipt> {
    return this.#line.send(() => super.publish(publication, policy));
  }

  override subscribe(topic: string, listener: PublicationListener): Promise<Position | undefined> {
    return this.#line.send(() => super.subscribe(topic, this.#listeners.add(topic, listener)));
  }

  override unsubscribe(topic: string, listener: PublicationListener): Promise<void> {
    return this.#line.send(() => super.unsubscribe(topic, this.#listeners.remove(topic, listener)));
  }
}

/** The same for presence. */
export class LatePresenceNode extends PresenceNode {
  readonly #line = new Line();
  readonly #watchers = new LateListeners<Parameters<PresenceListener>[0]>();

  override join(topic: string, entry: PresenceEntry, limit?: MemberLimit): Promise<JoinOutcome> {
    return this.#line.send(() => super.join(topic, entry, limit));
  }

  override leave(topic: string, connectionId: string): Promise<void> {
    return this.#line.send(() => super.leave(topic, connectionId));
  }

  override watch(topic: string, listener: PresenceListener): Promise<void> {
    return this.#line.send(() => super.watch(topic, this.#watchers.add(topic, listener)));
  }

  override unwatch(topic: string, listener: PresenceListener): Promise<void> {
    return this.#line.send(() => super.unwatch(topic, this.#watchers.remove(topic, listener)));
  }
}
