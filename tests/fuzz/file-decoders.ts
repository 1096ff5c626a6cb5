// What programs read from files and pipes, line by line, and what a phone makes of answers and notices.
import { BackupDamaged, type BackupPart, lineOf, partsOf } from '#ledger/backup-format.ts';
import { readLines } from '#server/input-lines.ts';
import { wordsOfPush } from '#sw/notifications.ts';
import { classifyUpload } from '#wallet/classify.ts';
import { type Decoder, decoder, fromJson, fromText, textOf } from './decoder.ts';
import { exchangeSamples } from './vector-samples.ts';

const WALLET = 'https://wallet.example';

const BACKUP: readonly BackupPart[] = [
  {
    kind: 'header',
    header: {
      takenAt: '2026-01-01T00:00:00.000Z',
      migrations: [{ number: 1, name: 'one', digest: 'ab' }],
    },
  },
  { kind: 'table', table: { name: 'account', columns: ['id', 'name'] } },
  { kind: 'row', row: ['1', 'Ada'] },
  { kind: 'row', row: ['2', null] },
  { kind: 'table', table: { name: 'payment', columns: [] } },
  {
    kind: 'end',
    end: {
      rows: { account: 2, payment: 0 },
      sequences: [{ name: 'ids', lastValue: '3', isCalled: true }],
    },
  },
];

const backupText = (parts: readonly BackupPart[]) => parts.map(lineOf).join('\n');

async function* linesOf(text: string): AsyncGenerator<string> {
  yield* text.split('\n');
}

async function readBackupText(text: string): Promise<BackupPart[] | undefined> {
  const parts: BackupPart[] = [];
  try {
    for await (const part of partsOf(linesOf(text))) parts.push(part);
  } catch (error) {
    if (error instanceof BackupDamaged) return undefined;
    throw error;
  }
  return parts;
}

/** In pieces, as a pipe delivers it: where a piece ends must not matter. */
async function* chunksOf(input: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < input.length; at += size) yield input.subarray(at, at + size);
}

async function readChunked(input: Uint8Array, size: number): Promise<string> {
  const lines = [];
  for await (const line of readLines(chunksOf(input, size))) lines.push(line);
  return JSON.stringify(lines);
}

export const fileDecoders: readonly Decoder[] = [
  decoder({
    name: 'backup',
    form: 'json',
    samples: [
      fromText(backupText(BACKUP)),
      fromText(
        backupText([BACKUP[0] as BackupPart, { kind: 'end', end: { rows: {}, sequences: [] } }]),
      ),
      // Each line alone, since what is changed as JSON must be JSON.
      ...BACKUP.map((part) => fromText(lineOf(part))),
    ],
    decode: (input) => readBackupText(textOf(input)),
    encode: backupText,
    lenient: true,
  }),
  decoder({
    name: 'input-lines',
    form: 'text',
    samples: ['a\nb\r\n', '\n\n', 'é\n€', '\ufeffx'].map(fromText),
    decode: async (input) => {
      const [whole, pieces] = [await readChunked(input, 4096), await readChunked(input, 3)];
      if (whole !== pieces) throw new Error(`in pieces: ${pieces}, whole: ${whole}`);
      return whole;
    },
  }),
  decoder({
    name: 'upload-answer',
    form: 'cbor',
    samples: [...exchangeSamples('answer'), fromJson({ code: 'too_many_requests' })],
    decode: (body) => {
      const parts = { kind: 'http', status: 200, retryAfter: '3', body } as const;
      return [
        classifyUpload({ ...parts, mediaType: 'application/cbor' }),
        classifyUpload({ ...parts, status: 429, mediaType: 'application/problem+json' }),
      ];
    },
  }),
  decoder({
    name: 'push-message',
    form: 'json',
    samples: [
      fromJson({ title: 'Paid', body: '12.50 EUR', url: '/activity' }),
      fromJson({ url: '/\\evil.example' }),
      fromJson({ url: '/\t/evil.example' }),
      fromText('plain'),
    ],
    decode: (input) => {
      const words = wordsOfPush(textOf(input));
      const opened = new URL(words.url, WALLET);
      if (opened.origin !== WALLET) throw new Error(`a notice opens ${opened.href}`);
      return words;
    },
  }),
];
