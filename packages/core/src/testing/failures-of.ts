import type { ContractRunner } from "./contract-runner.ts";

/** A test runner that tells which cases fail; a case that hangs fails after a moment. */
export async function failuresOf(declare: (runner: ContractRunner) => void): Promise<string[]> {
  const tests: { name: string; body: () => void | Promise<void> }[] = [];
  const skip = (): void => {};
  const add = (name: string, body: () => void | Promise<void>): void => {
    tests.push({ name, body });
  };
  declare({ describe: (_name, body) => body(), it: Object.assign(add, { skip }) });
  if (tests.length === 0) throw new Error("the suite declares no case");
  const outcomes = tests.map(async ({ name, body }) => {
    const hangs = new Promise((_resolve, reject) => setTimeout(reject, 100).unref());
    return Promise.race([(async () => body())(), hangs]).then(
      () => [],
      () => [name],
    );
  });
  return (await Promise.all(outcomes)).flat();
}
