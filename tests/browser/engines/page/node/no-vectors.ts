// In the place of what makes the vectors: thousands of signatures, which take a page long.
export function makeVectors(): readonly (readonly [string, string])[] {
  return [];
}
