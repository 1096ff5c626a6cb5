/** Owns a backup as a file: compressed lines, the digest of all of them at the end, whole or not there. */
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { link, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { BackupDamaged } from '#ledger/backup-format.ts';

/** The file holds the server's private keys. */
const OWNER_ONLY = 0o600;
const CHUNK_CHARACTERS = 64 * 1024;
/** No row of ours comes near it; without a limit a damaged file could fill the memory. */
const LINE_BYTES_MAX = 16 * 1024 * 1024;
const NEW_LINE = 10;

export type WriteLine = (line: string) => Promise<void>;

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

/** Gathers lines into pieces worth compressing, and waits when the disk is slower than the database. */
function lineWriter(to: Writable) {
  const hash = createHash('sha256');
  let gathered = '';
  async function flush(): Promise<void> {
    hash.update(gathered);
    const hasRoom = to.write(gathered);
    gathered = '';
    if (!hasRoom) await once(to, 'drain');
  }
  return {
    async line(text: string): Promise<void> {
      gathered += `${text}\n`;
      if (gathered.length >= CHUNK_CHARACTERS) await flush();
    },
    async end(): Promise<void> {
      await flush();
      to.end(`${JSON.stringify({ sha256: hash.digest('hex') })}\n`);
    },
  };
}

/**
 * What `fill` writes becomes the file when all of it is on the disk, and never takes the place of
 * another: until then it has another name, which a failure removes.
 */
export async function writeBackupFile(
  file: string,
  fill: (line: WriteLine) => Promise<void>,
): Promise<void> {
  const draft = `${file}.${randomUUID()}.part`;
  const handle = await open(draft, 'wx', OWNER_ONLY);
  try {
    const gzip = createGzip();
    const disk = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        handle.writeFile(chunk).then(() => done(), done);
      },
    });
    const stored = pipeline(gzip, disk);
    const writer = lineWriter(gzip);
    const filled = fill(writer.line).then(writer.end);
    // Whichever fails ends the other.
    await Promise.all([stored, filled.catch((error: Error) => gzip.destroy(error))]);
    await filled;
    await handle.sync();
    await handle.close();
    await link(draft, file);
    await syncFolder(path.dirname(path.resolve(file)));
  } finally {
    await handle.close().catch(() => undefined);
    await rm(draft, { force: true });
  }
}

async function* unzippedLines(file: string): AsyncGenerator<Buffer> {
  const source = createReadStream(file);
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of source.pipe(gunzip) as AsyncIterable<Buffer>) {
      const text = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
      let start = 0;
      for (let end = text.indexOf(NEW_LINE); end >= 0; end = text.indexOf(NEW_LINE, start)) {
        yield text.subarray(start, end + 1);
        start = end + 1;
      }
      rest = text.subarray(start);
      if (rest.length > LINE_BYTES_MAX) throw new BackupDamaged('a line of it has no end');
    }
    if (rest.length > 0) throw new BackupDamaged('it is cut short');
  } catch (cause) {
    const isZlib = cause instanceof Error && 'code' in cause && /^Z_/.test(String(cause.code));
    throw isZlib ? new BackupDamaged('it cannot be unpacked', { cause }) : cause;
  } finally {
    source.destroy();
  }
}

/** Without the digest's line, which must be the last and true: else it throws `BackupDamaged`. */
export async function* readBackupFile(file: string): AsyncGenerator<string> {
  const hash = createHash('sha256');
  let last: Buffer | undefined;
  for await (const line of unzippedLines(file)) {
    if (last) {
      hash.update(last);
      yield last.toString('utf8', 0, last.length - 1);
    }
    last = line;
  }
  const expected = `${JSON.stringify({ sha256: hash.digest('hex') })}\n`;
  if (last?.toString('utf8') !== expected) {
    throw new BackupDamaged('its bytes are not those that were written');
  }
}
