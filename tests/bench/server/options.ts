/** Owns what the benchmark can be told on its command line. */
import { parseArgs } from 'node:util';
import type { EngineName } from './engines.ts';

export const HELP = `npm run bench:server -- [options]

  --quick              embedded, one process, spread: for tuning, under a minute
  --engine NAME        embedded, postgresql (both unless told; repeat or use commas)
  --processes N        server processes (1,2)
  --accounts KIND      spread, hot (both)
  --batch N            payments in an upload (200,20,1)
  --seconds N          how long each row is measured (5)
  --payers N           accounts, each with a passkey of its own (10000)
  --stored N           payments in the ledger before (0; then 10000 and 1000000 beside)
  --in-flight N        uploads in flight (16, 32 and 256 for batches of 200, 20 and 1)
  --patience N         seconds to wait for a quiet machine before a row (5)
  --node-option X      given to the server's node, such as --cpu-prof
  --rows-only          no replays, latencies, starts or limits besides
  --no-check           leaves out check-ledger at the end
  --soak SECONDS       only twice the load that can be settled, for so long
  --json FILE          writes the rows
`;

export type Options = {
  readonly quick: boolean;
  readonly engines: readonly EngineName[];
  readonly processes: readonly number[];
  readonly accounts: readonly ('spread' | 'hot')[];
  readonly batches: readonly number[];
  readonly windowMs: number;
  readonly payers: number;
  readonly stored: number | undefined;
  readonly inFlight: number | undefined;
  readonly patienceMs: number;
  readonly nodeOptions: readonly string[];
  readonly rowsOnly: boolean;
  readonly check: boolean;
  readonly json: string | undefined;
  readonly soakSeconds: number | undefined;
  readonly help: boolean;
};

function listOf<T extends string>(
  given: readonly string[] | undefined,
  choices: readonly T[],
  fallback: readonly T[],
): T[] {
  const words = given?.flatMap((text) => text.split(','));
  if (!words) return [...fallback];
  return words.map((word) => {
    const found = choices.find((choice) => choice === word);
    if (found === undefined) throw new Error(`${word} is none of ${choices.join(', ')}`);
    return found;
  });
}

const numbersOf = (given: readonly string[] | undefined, fallback: readonly number[]) =>
  given ? given.flatMap((text) => text.split(',').map(Number)) : fallback;

const numberOf = (given: string | undefined) => (given === undefined ? undefined : Number(given));

export function readOptions(args: readonly string[]): Options {
  const many = { type: 'string', multiple: true } as const;
  const one = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: flag,
      engine: many,
      processes: many,
      accounts: many,
      batch: many,
      seconds: one,
      payers: one,
      stored: one,
      'in-flight': one,
      patience: one,
      'node-option': many,
      'rows-only': flag,
      'no-check': flag,
      soak: one,
      json: one,
      help: flag,
    },
  });
  const { quick } = values;
  const seconds = numberOf(values.seconds) ?? 5;
  return {
    quick,
    engines: listOf(
      values.engine,
      ['embedded', 'postgresql'],
      quick ? ['embedded'] : ['embedded', 'postgresql'],
    ),
    processes: numbersOf(values.processes, quick ? [1] : [1, 2]),
    accounts: listOf(values.accounts, ['spread', 'hot'], quick ? ['spread'] : ['spread', 'hot']),
    batches: numbersOf(values.batch, [200, 20, 1]),
    windowMs: seconds * 1000,
    payers: numberOf(values.payers) ?? 10_000,
    stored: numberOf(values.stored),
    inFlight: numberOf(values['in-flight']),
    patienceMs: 1000 * (numberOf(values.patience) ?? (quick ? 2 : 5)),
    nodeOptions: values['node-option'] ?? [],
    rowsOnly: values['rows-only'] || quick,
    check: !values['no-check'],
    json: values.json,
    soakSeconds: numberOf(values.soak),
    help: values.help,
  };
}
