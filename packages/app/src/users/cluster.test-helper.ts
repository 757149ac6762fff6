import {
  type BrokerHost,
  type Disconnect,
  type Handshake,
  type JoinOutcome,
  type MemberLimit,
  MemoryBroker,
  MemoryPresence,
  type PresenceEntry,
  type Publication,
  type PublicationListener,
  TopicHub,
  type User,
} from "@windlass/core";
import { createInMemoryHandshake, ManualClock, RecordingLogger } from "@windlass/core/testing";
import { Revocations, revocationOptionsSchema } from "./revocations.ts";
import type { UserConnection } from "./user-connection.ts";
import { type SeatAnswer, UserRegistry } from "./user-registry.ts";
import type { UserSeat } from "./user-seat.ts";
import { Users } from "./users.ts";

/** The broker of a cluster, which a test may break. */
class FaultyBroker extends MemoryBroker {
  failure: Error | undefined;
  /** Whether its nodes hear nothing, as with a link that is cut. */
  isDeaf = false;
  readonly hosts: BrokerHost[] = [];
  readonly #heard = new Map<PublicationListener, PublicationListener>();

  override async open(host: BrokerHost): Promise<void> {
    this.hosts.push(host);
    await super.open(host);
  }

  override async subscribe(topic: string, listener: PublicationListener) {
    const hear: PublicationListener = (publication) => {
      if (!this.isDeaf) listener(publication);
    };
    this.#heard.set(listener, hear);
    return super.subscribe(topic, hear);
  }

  override async unsubscribe(topic: string, listener: PublicationListener): Promise<void> {
    await super.unsubscribe(topic, this.#heard.get(listener) ?? listener);
  }

  override async publish(...args: Parameters<MemoryBroker["publish"]>) {
    if (this.failure !== undefined) throw this.failure;
    return super.publish(...args);
  }
}

/** The presence of a cluster, which a test may break, or hold up. */
class FaultyPresence extends MemoryPresence {
  failure: Error | undefined;
  /** Whether what fails takes place all the same, as when only the answer is lost. */
  losesAnswers = false;
  /** Joins wait for it before they take place. */
  gate: Promise<void> | undefined;
  calls = 0;

  override async join(
    topic: string,
    entry: PresenceEntry,
    limit?: MemberLimit,
  ): Promise<JoinOutcome> {
    this.calls += 1;
    await this.gate;
    if (this.losesAnswers) await super.join(topic, entry, limit);
    if (this.failure !== undefined) throw this.failure;
    return super.join(topic, entry, limit);
  }

  override async leave(topic: string, connectionId: string): Promise<void> {
    this.calls += 1;
    if (this.failure !== undefined) throw this.failure;
    await super.leave(topic, connectionId);
  }
}

/** A connection of a user: what it was sent, and how it was closed. */
export class FakeConnection implements UserConnection {
  readonly id: string;
  readonly received: Publication["data"][] = [];
  readonly events: (string | undefined)[] = [];
  closedWith: Disconnect | undefined;
  readonly #onClose: () => void;

  constructor(id: string, onClose: () => void) {
    this.id = id;
    this.#onClose = onClose;
  }

  deliver({ data, attributes }: Publication): void {
    this.received.push(data);
    this.events.push(attributes?.event);
  }

  close(disconnect: Disconnect): void {
    if (this.closedWith !== undefined) return;
    this.closedWith = disconnect;
    this.#onClose();
  }
}

let serial = 0;

/** One node, with its part of the users. */
export class FakeNode {
  readonly clock = new ManualClock();
  readonly log = new RecordingLogger();
  readonly hub: TopicHub;
  readonly revocations: Revocations;
  readonly registry: UserRegistry;
  readonly users: Users;

  constructor(cluster: Cluster, options: { readonly max?: number; readonly keepMs?: number } = {}) {
    const { broker, presence } = cluster;
    const { log, clock } = this;
    this.hub = new TopicHub({ broker, isDistributed: true, maxRecovered: 100 });
    const topics = this.hub;
    this.revocations = new Revocations(topics, revocationOptionsSchema.parse(options), log);
    const { revocations } = this;
    this.users = new Users({ topics, presence, revocations });
    this.registry = new UserRegistry({ topics, presence, revocations, log, clock });
  }

  /** A handshake is let in, and its connection opens. */
  async connect(user: User | string, limit?: MemberLimit): Promise<FakeConnection> {
    const answer = await this.admit(user, limit);
    if (answer.kind !== "seated") throw new Error(`the connection was refused: ${answer.kind}`);
    return this.open(answer.seat);
  }

  admit(
    user: User | string,
    limit?: MemberLimit,
    handshake: Handshake = createInMemoryHandshake(),
  ): Promise<SeatAnswer> {
    const given = typeof user === "string" ? { userId: user } : user;
    return this.registry.admitHandshake(given, handshake, limit);
  }

  open(seat: UserSeat): FakeConnection {
    serial += 1;
    const connection = new FakeConnection(`c${serial}`, () => this.registry.leave(seat));
    seat.connect(connection);
    return connection;
  }

  /** Topics of users that this node listens to, without those that it listens to from the beginning. */
  get userTopics(): number {
    return this.hub.topicCount - 2;
  }
}

/** Nodes that share a broker and a store of presence. */
export class Cluster {
  readonly broker = new FaultyBroker();
  readonly presence = new FaultyPresence();

  async node(options: { readonly max?: number; readonly keepMs?: number } = {}): Promise<FakeNode> {
    const node = new FakeNode(this, options);
    serial += 1;
    await node.hub.open(`node${serial}`, node.log);
    await node.registry.open();
    return node;
  }
}

/** A user as an application's `authenticate` may return it. */
export function userOf(members: { userId: string } & Readonly<Record<string, unknown>>): User {
  return members;
}

/** Lets everything happen that waits for nothing but promises. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
