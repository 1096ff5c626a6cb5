// How often numbers fall into each of so many equal parts of what is between nothing and the most.
export function histogram(values: readonly number[], most: number, parts: number): number[] {
  const counts = Array.from({ length: parts }, () => 0);
  for (const value of values) {
    const part = Math.min(parts - 1, Math.floor((value / most) * parts));
    counts[part] = (counts[part] ?? 0) + 1;
  }
  return counts;
}
