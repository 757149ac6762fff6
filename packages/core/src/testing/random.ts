/** Random numbers that a seed repeats (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0, less than `below`. */
  number(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }

  pick<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[this.number(items.length)] ?? items[0];
  }
}

/** A seed that is another one each time. */
export function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}

/**
 * Runs random sequences of steps. What fails is told with the steps that led to it and the seed that
 * repeats it.
 */
export async function runRandomly(
  runs: number,
  seed: number,
  run: (random: Random, steps: string[]) => Promise<void>,
): Promise<void> {
  for (let index = 0; index < runs; index += 1) {
    const steps: string[] = [];
    try {
      await run(new Random(seed + index), steps);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      const repeat = `{ runs: 1, seed: ${seed + index} }`;
      throw new Error(`${problem}\nRepeat with ${repeat}; the steps were:\n${steps.join("\n")}`, {
        cause: error,
      });
    }
  }
}
