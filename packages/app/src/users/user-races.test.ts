import { Disconnects, type MemberLimit } from "@windlass/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  Cluster,
  type FakeConnection,
  type FakeNode,
  settle,
  userOf,
} from "./cluster.test-helper.ts";

const max = 2;
const names = ["anna", "ben"] as const;

/** Something that happens, at a moment that the scheduler chooses. */
type Happening = (world: World) => Promise<unknown>;

/** Two nodes whose calls to the store and the broker take their time, in any order. */
class World {
  readonly connections: FakeConnection[] = [];
  /** Open connections of a user at the moment at which it was sent away. */
  readonly doomed: FakeConnection[] = [];
  /** Users whose token is no longer good. */
  readonly revoked: Set<string> = new Set();
  /** The most connections that a user had open at a time. */
  most = 0;
  readonly #nodes: readonly FakeNode[];
  readonly #cluster: Cluster;
  readonly #owners = new Map<FakeConnection, { readonly name: string; readonly node: FakeNode }>();

  private constructor(cluster: Cluster, nodes: readonly FakeNode[]) {
    this.#cluster = cluster;
    this.#nodes = nodes;
  }

  static async make(scheduler: fc.Scheduler): Promise<World> {
    const cluster = new Cluster();
    const world = new World(cluster, [await cluster.node(), await cluster.node()]);
    const { presence, broker } = cluster;
    presence.join = scheduler.scheduleFunction(presence.join.bind(presence));
    presence.leave = scheduler.scheduleFunction(presence.leave.bind(presence));
    broker.publish = scheduler.scheduleFunction(broker.publish.bind(broker));
    return world;
  }

  async connect(at: number, name: string, limit: MemberLimit): Promise<void> {
    const node = this.#nodes[at] as FakeNode;
    const user = userOf({ userId: name, tokenId: `token of ${name}` });
    const answer = await node.admit(user, limit);
    if (answer.kind !== "seated") return;
    const connection = node.open(answer.seat);
    this.connections.push(connection);
    this.#owners.set(connection, { name, node });
    this.most = Math.max(this.most, this.openOf(name).length);
  }

  async close(at: number): Promise<void> {
    this.connections[at % Math.max(this.connections.length, 1)]?.close(Disconnects.NormalClosure);
  }

  async kick(name: string): Promise<void> {
    this.doomed.push(...this.openOf(name));
    await this.#nodes[0]?.users.disconnect(name);
  }

  async revoke(name: string): Promise<void> {
    this.doomed.push(...this.openOf(name));
    const untilMs = Date.now() + 60_000;
    this.revoked.add(name);
    await this.#nodes[1]?.users.revoke({ tokenId: `token of ${name}`, untilMs });
  }

  openOf(name: string, node?: FakeNode): readonly FakeConnection[] {
    return this.connections.filter((connection) => {
      const owner = this.#owners.get(connection);
      const isHere = node === undefined || owner?.node === node;
      return connection.closedWith === undefined && owner?.name === name && isHere;
    });
  }

  /** What everybody knows is what is: called when nothing is happening any more. */
  async compare(): Promise<void> {
    for (const name of names) {
      const present = await this.#nodes[0]?.users.connections(name);
      expect(present).toHaveLength(this.openOf(name).length);
    }
    for (const node of this.#nodes) {
      const here = names.filter((name) => this.openOf(name, node).length > 0);
      expect([node.registry.size, node.userTopics]).toEqual([here.length, here.length]);
      expect(node.clock.pendingTimers).toBe(0);
    }
    expect([...this.revoked].flatMap((name) => this.openOf(name))).toEqual([]);
    expect(this.doomed.filter(({ closedWith }) => closedWith === undefined)).toEqual([]);
  }

  get isEmpty(): boolean {
    return this.#cluster.presence.topicCount === 0;
  }
}

function happenings(onExcess: MemberLimit["onExcess"]): fc.Arbitrary<Happening[]> {
  const name = fc.constantFrom(...names);
  const connect = fc.tuple(fc.nat(1), name).map(
    ([at, who]): Happening =>
      (world) =>
        world.connect(at, who, { max, onExcess }),
  );
  const happening = fc.oneof(
    { arbitrary: connect, weight: 6 },
    {
      arbitrary: fc.nat(20).map(
        (at): Happening =>
          (world) =>
            world.close(at),
      ),
      weight: 3,
    },
    {
      arbitrary: name.map(
        (who): Happening =>
          (world) =>
            world.kick(who),
      ),
      weight: 1,
    },
    {
      arbitrary: name.map(
        (who): Happening =>
          (world) =>
            world.revoke(who),
      ),
      weight: 1,
    },
  );
  return fc.array(happening, { minLength: 1, maxLength: 15 });
}

async function live(scheduler: fc.Scheduler, list: readonly Happening[]): Promise<World> {
  const world = await World.make(scheduler);
  const running = list.map((happen, index) =>
    scheduler.schedule(Promise.resolve(), String(index)).then(() => happen(world)),
  );
  await scheduler.waitFor(Promise.all(running));
  await scheduler.waitIdle();
  await settle();
  return world;
}

describe("whatever happens on two nodes at the same time,", () => {
  it("a user never has more connections than may be, where new ones are refused", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), happenings("refuse"), async (scheduler, list) => {
        const world = await live(scheduler, list);
        expect(world.most).toBeLessThanOrEqual(max);
        await world.compare();
      }),
    );
  });

  it("in the end a user has no more than may be, where old ones make way", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), happenings("displace"), async (scheduler, list) => {
        const world = await live(scheduler, list);
        for (const name of names) expect(world.openOf(name).length).toBeLessThanOrEqual(max);
        await world.compare();
        for (const connection of world.connections) connection.close(Disconnects.NormalClosure);
        await scheduler.waitIdle();
        await world.compare();
        expect(world.isEmpty).toBe(true);
      }),
    );
  });
});
