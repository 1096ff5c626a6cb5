import path from 'node:path';
import { expect, test } from 'vitest';
import { repositoryFiles } from './repository.ts';

const source = new Map(
  repositoryFiles()
    .filter((file) => /^src\/.*\.(tsx?|mjs|css|sql)$/.test(file.path))
    .map((file) => [file.path, file.text]),
);

/** Where the build begins: see vite.config.ts and index.html. */
const entries = [
  'src/ui/main.tsx',
  'src/ui/prerender.tsx',
  'src/sw/sw.ts',
  'src/sw/outbox.ts',
  'src/server/launch.mjs',
  ...[
    'main',
    'verify-thread',
    'operator',
    'inspect',
    'check-ledger',
    'backup',
    'restore',
    'config',
  ].map((name) => `src/server/${name}.ts`),
];

/** Made from the migrations and held against them by a server test; nothing reads it at run time. */
const records = new Set(['src/ledger/schema.sql', 'src/ledger/sql/schema.sql']);

/** What a file names of ours: imports, lazy imports, worker addresses, style imports. */
function named(file: string, text: string): string[] {
  const found = text.matchAll(
    /(?:from|import|@import)\s*\(?\s*['"]([#.][^'"]+)['"]|new URL\(\s*['"](\.[^'"]+)['"]/g,
  );
  return [...found].map(([, imported, located]) => {
    const target = (imported ?? located ?? '').replace(/\?\w+$/, '');
    return target.startsWith('#')
      ? `src/${target.slice(1)}`
      : path.posix.join(path.posix.dirname(file), target);
  });
}

/** Files taken by pattern, such as the migrations: `import.meta.glob('./sql/*.sql', …)`. */
function globbed(file: string, text: string): string[] {
  return [...text.matchAll(/import\.meta\.glob(?:<[^(]*>)?\(\s*['"]([^'"]+)['"]/g)].flatMap(
    ([, pattern = '']) => {
      const full = path.posix.join(path.posix.dirname(file), pattern);
      const shape = new RegExp(`^${full.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`);
      return [...source.keys()].filter((candidate) => shape.test(candidate));
    },
  );
}

function reachable(): Set<string> {
  const reached = new Set<string>();
  const open = [...entries];
  for (const file of open) {
    const text = source.get(file);
    if (text === undefined || reached.has(file)) continue;
    reached.add(file);
    open.push(...named(file, text), ...globbed(file, text));
  }
  return reached;
}

test('every entry of the build exists', () => {
  expect(entries.filter((file) => !source.has(file))).toEqual([]);
});

test('every source file is reached from an entry', () => {
  const reached = reachable();
  const orphans = [...source.keys()].filter(
    (file) => !reached.has(file) && !records.has(file) && !file.endsWith('.d.ts'),
  );
  expect(orphans).toEqual([]);
});
