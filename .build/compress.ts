// Compresses the static files once, at build time and at the highest levels, and holds the sizes
// against their budgets. Sizes are what travels: brotli, or the file itself where that is smaller.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { chunkName, type PrecacheList } from './precache.ts';

const brotli = promisify(zlib.brotliCompress);
const gzip = promisify(zlib.gzip);

/** Bytes on the wire by path below the folder. */
export type WireSizes = ReadonlyMap<string, number>;

async function compressFile(file: string): Promise<number> {
  const raw = readFileSync(file);
  const [br, gz] = await Promise.all([
    brotli(raw, {
      params: {
        [zlib.constants.BROTLI_PARAM_QUALITY]: 11,
        [zlib.constants.BROTLI_PARAM_SIZE_HINT]: raw.length,
      },
    }),
    gzip(raw, { level: 9 }),
  ]);
  // A picture is compressed already: a second copy would only take space.
  if (br.length < raw.length) writeFileSync(`${file}.br`, br);
  if (gz.length < raw.length) writeFileSync(`${file}.gz`, gz);
  return Math.min(raw.length, br.length);
}

/** Writes `.br` and `.gz` beside every file of the folder. */
export async function compressFolder(folder: string): Promise<WireSizes> {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const sizes = await Promise.all(
    files.map(async (file) => {
      const name = path.relative(folder, file).split(path.sep).join('/');
      return [name, await compressFile(file)] as const;
    }),
  );
  return new Map(sizes);
}

interface BudgetLine {
  readonly what: string;
  readonly bytes: number;
  readonly bytesMax: number;
}

function budgetLines(sizes: WireSizes, precache: PrecacheList): BudgetLine[] {
  const sizeOf = (url: string) => sizes.get(url === '/' ? 'index.html' : url.slice(1)) ?? 0;
  const sum = (urls: readonly string[]) => urls.reduce((bytes, url) => bytes + sizeOf(url), 0);
  const home = precache.home.map((entry) => entry.url);
  const later = precache.later.map((entry) => entry.url);
  const withWallet = precache.withWallet.map((entry) => entry.url);
  const code = home.filter((url) => url === '/' || /\.(js|css)$/.test(url));
  const scanner = later.filter((url) => chunkName(url) === 'scanner');
  return [
    { what: 'document', bytes: sizeOf('/'), bytesMax: 11_000 },
    { what: 'home: document, script, style', bytes: sum(code), bytesMax: 40_000 },
    { what: 'service worker', bytes: sizeOf('/sw.js'), bytesMax: 10_000 },
    {
      what: 'its relay, loaded when needed',
      bytes: sizeOf(precache.outboxScript),
      bytesMax: 14_000,
    },
    { what: 'scanner', bytes: sum(scanner), bytesMax: 25_000 },
    {
      what: 'page and all it keeps',
      bytes: sum(['/sw.js', precache.outboxScript, ...home, ...later]),
      bytesMax: 150_000,
    },
    { what: 'what a wallet keeps besides', bytes: sum(withWallet), bytesMax: 20_000 },
  ];
}

const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(2)} kB`;
const isOver = (line: BudgetLine) => line.bytes > line.bytesMax;

export interface BudgetReport {
  /** For people. */
  readonly table: string;
  /** What is too large, in one line; null when nothing is. */
  readonly over: string | null;
}

export function weigh(sizes: WireSizes, precache: PrecacheList): BudgetReport {
  const lines = budgetLines(sizes, precache);
  const row = (cells: readonly [string, string, string], mark = '') =>
    `${cells[0].padEnd(32)}${cells[1].padStart(11)}${cells[2].padStart(12)}${mark}`;
  const rows = lines.map((line) =>
    row([line.what, kilobytes(line.bytes), kilobytes(line.bytesMax)], isOver(line) ? '  OVER' : ''),
  );
  const over = lines
    .filter(isOver)
    .map((line) => `${line.what} is ${kilobytes(line.bytes)}, over ${kilobytes(line.bytesMax)}`);
  return {
    table: [row(['size, brotli', 'built', 'budget']), ...rows].join('\n'),
    over: over.length > 0 ? `Size budget exceeded (brotli): ${over.join('; ')}` : null,
  };
}
