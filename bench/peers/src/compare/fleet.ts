import { BenchError } from "@windlass/bench";
import { type PeerForm, peerCommand } from "./peer-command.ts";
import type { Peer } from "./peers.ts";
import { RunningPeer } from "./running-peer.ts";

/** Starts servers and sees that all are stopped. */
export class Fleet {
  readonly #form: PeerForm;
  readonly #prefix: readonly string[];
  readonly #running = new Map<string, RunningPeer>();

  /** @param prefix goes in front of each command, such as `taskset -c 0` */
  constructor(form: PeerForm, prefix: readonly string[]) {
    this.#form = form;
    this.#prefix = prefix;
  }

  /** The server of this peer: the one that runs, or a new one. */
  async need(peer: Peer): Promise<RunningPeer> {
    const known = this.#running.get(peer.name);
    if (known !== undefined) return known;
    const command = peerCommand(peer, this.#form);
    if (command === undefined) {
      throw new BenchError(`There is no ${peer.title} for this platform; leave ${peer.name} out.`);
    }
    const running = await RunningPeer.start(peer, [...this.#prefix, ...command]);
    this.#running.set(peer.name, running);
    return running;
  }

  /** Starts those that do not run yet, side by side. One that does not start says so when it is needed. */
  async needAll(peers: readonly Peer[]): Promise<void> {
    await Promise.allSettled(peers.map((peer) => this.need(peer)));
  }

  /** Resolves when all are gone. */
  async stopAll(): Promise<void> {
    const all = [...this.#running.values()];
    this.#running.clear();
    await Promise.all(all.map((running) => running.stop()));
  }
}
