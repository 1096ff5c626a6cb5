/** Puts a backup into an empty database, as a server that goes on from there: `npm run restore -- FILE`. */
import { loadBackup } from '#ledger/load-backup.ts';
import { partsOfFile, readBackup } from './backup-contents.ts';
import { runFramed, UsageFault, withDatabase } from './command-line.ts';
import { sayLedger } from './ledger-words.ts';
import { beginEpoch } from './payments/server-keys.ts';
import { systemClock } from './ports.ts';

const [file, ...rest] = process.argv.slice(2);

await runFramed(async ({ config, say }) => {
  if (!file || rest.length > 0) throw new UsageFault('Usage: npm run restore -- FILE');
  // Before the database is even looked for: a damaged file must not leave a trace.
  const { header, rows } = await readBackup(file);
  return withDatabase(config, 'as it is', async (database) => {
    const epoch = await loadBackup(
      database,
      header,
      () => partsOfFile(file),
      (transaction) => beginEpoch(transaction, systemClock.nowMs()),
    );
    say(`${rows} rows are back, as they were at ${header.takenAt}. Epoch ${epoch} begins.`);
    if (!(await sayLedger({ database, config, say }))) return 1;
    say('The server that this was a backup of must never run again. Now start this one.');
    say('Phones that see the new epoch offer it the payments that the backup lacks.');
    return 0;
  });
});
