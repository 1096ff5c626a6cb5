/** Owns reading a backup through: what it is, and that nothing of it is missing or changed. */
import {
  BackupDamaged,
  type BackupHeader,
  type BackupPart,
  partsOf,
} from '#ledger/backup-format.ts';
import { readBackupFile } from './backup-file.ts';

export const partsOfFile = (file: string): AsyncGenerator<BackupPart> =>
  partsOf(readBackupFile(file));

/** Throws `BackupDamaged` unless every byte is as it was written. */
export async function readBackup(
  file: string,
): Promise<{ readonly header: BackupHeader; readonly rows: number }> {
  let header: BackupHeader | undefined;
  let rows = 0;
  for await (const part of partsOfFile(file)) {
    if (part.kind === 'header') header = part.header;
    if (part.kind === 'row') rows++;
  }
  if (!header) throw new BackupDamaged('it is empty');
  return { header, rows };
}
