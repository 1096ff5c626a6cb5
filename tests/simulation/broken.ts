// What a broken rule says of itself.

/** An invariant that does not hold, by its number in the catalogue of failures or the name of what it guards. */
export class Broken extends Error {
  override name = 'Broken';
  readonly invariant: string;

  constructor(invariant: string, what: string) {
    super(`${invariant}: ${what}`);
    this.invariant = invariant;
  }
}

export function must(condition: boolean, invariant: string, what: string): asserts condition {
  if (!condition) throw new Broken(invariant, what);
}
