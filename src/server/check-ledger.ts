/** Checks every promise of the ledger against every row: `npm run check-ledger`. Exit code 1 when one is broken. */
import { runProgram } from './command-line.ts';
import { sayLedger } from './ledger-words.ts';

await runProgram(async (context) => ((await sayLedger(context)) ? 0 : 1));
