// What the page tells the server, message by message.

/** One test of one file, by the names of its groups and its own, outermost first. */
export type TestName = { readonly file: string; readonly names: readonly string[] };

/** What became of one test, or of a file that could not be read. */
export type Verdict = TestName & {
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly message?: string;
};

export type Told =
  | { readonly kind: 'tests'; readonly tests: readonly TestName[] }
  | { readonly kind: 'verdicts'; readonly verdicts: readonly Verdict[] }
  /** An error that belongs to no test. */
  | { readonly kind: 'fault'; readonly message: string }
  /** The answer to a work that is not a suite. */
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'done'; readonly engine: string };
