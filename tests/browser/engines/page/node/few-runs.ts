// Properties, tried a few times each: which inputs there are does not depend on the engine, and Node tries them all.
import fc from 'fast-check';

const RUNS_MAX = 10;

type Options = { readonly numRuns?: number };

function few(options: Options = {}): Options {
  return { ...options, numRuns: Math.min(options.numRuns ?? RUNS_MAX, RUNS_MAX) };
}

export default {
  ...fc,
  assert: (property: Parameters<typeof fc.assert>[0], options?: Options) =>
    fc.assert(property, few(options)),
};
