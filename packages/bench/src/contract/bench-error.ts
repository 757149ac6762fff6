/** What keeps a run from taking place, told in a sentence: what was wrong, the value seen, what to do. */
export class BenchError extends Error {
  override readonly name = "BenchError";
}
