/**
 * The order of one round: every round begins one further on, and every other round goes backwards,
 * so that neither the time of day nor the neighbour before falls on the same one each time.
 *
 * @param round from 0
 */
export function orderOfRound<Item>(items: readonly Item[], round: number): readonly Item[] {
  if (items.length === 0) return [];
  const first = round % items.length;
  const rotated = [...items.slice(first), ...items.slice(0, first)];
  return round % 2 === 0 ? rotated : rotated.reverse();
}
