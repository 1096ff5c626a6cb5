/** Writes all that the database holds into one file: `npm run backup -- FILE`. The server may run. */
import { access } from 'node:fs/promises';
import { lineOf } from '#ledger/backup-format.ts';
import { takeBackup } from '#ledger/take-backup.ts';
import { readBackup } from './backup-contents.ts';
import { writeBackupFile } from './backup-file.ts';
import { runFramed, UsageFault, withDatabase } from './command-line.ts';

const [file, ...rest] = process.argv.slice(2);

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

await runFramed(async ({ config, say }) => {
  if (!file || rest.length > 0) throw new UsageFault('Usage: npm run backup -- FILE');
  if (await exists(file)) throw new UsageFault(`${file} exists already. Choose another name.`);
  await withDatabase(config, 'as it is', (database) =>
    writeBackupFile(file, (line) => takeBackup(database, new Date(), (part) => line(lineOf(part)))),
  );
  // What was never read back is not known to be a backup.
  const { rows } = await readBackup(file);
  say(`${rows} rows are in ${file}, which was read back and is whole.`);
  say('It holds the keys that sign receipts: keep it where nobody else can read it.');
  return 0;
});
