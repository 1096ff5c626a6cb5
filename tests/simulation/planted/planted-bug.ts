// A planted bug: production code with a few words of it replaced, in a copy that only a hunt runs.

/** One place in the code, and what stands there instead. */
export type Edit = {
  /** Relative to the root. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly find: string;
  readonly put: string;
};

export type PlantedBug = {
  /** What the code does wrong, as a person would say it. */
  readonly name: string;
  /** What it breaks, by the number in the catalogue of failures. */
  readonly rule: string;
  /** The seed that noticed it when last looked for, tried first. A world that changes needs another. */
  readonly seenAt?: number;
  /** Several where a second layer would hide the first: the bug is that both are missing. */
  readonly edits: readonly Edit[];
};
