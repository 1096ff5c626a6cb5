import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { fileText, repositoryPaths, root } from './repository.ts';

interface Room {
  readonly name: string;
  readonly imports: readonly string[];
}

const list = (cell: string) =>
  cell
    .split(',')
    .map((name) => name.trim())
    .filter((name) => /^\w+$/.test(name))
    .sort();

/** Rows of the README's room map: | `src/room` | what it owns | rooms it imports | */
function mappedRooms(): Room[] {
  const section = /^## Room map$([\s\S]*?)^## /m.exec(fileText('README.md'))?.[1] ?? '';
  return [...section.matchAll(/^\| `src\/(\w+)` \|[^|]*\|([^|]*)\|$/gm)].map(
    ([, name = '', imports = '']) => ({ name, imports: list(imports) }),
  );
}

function compiledRooms(): Room[] {
  return fs
    .readdirSync(path.join(root, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const config: { references: { path: string }[] } = JSON.parse(
        fileText(`src/${name}/tsconfig.json`),
      );
      return { name, imports: config.references.map((r) => path.basename(r.path)).sort() };
    });
}

const byName = (rooms: readonly Room[]) => [...rooms].sort((a, b) => (a.name < b.name ? -1 : 1));

test('the README maps exactly the rooms that exist, with the imports the compiler allows', () => {
  expect(byName(mappedRooms())).toEqual(byName(compiledRooms()));
});

test('the whole-program compile lists every room', () => {
  const config: { references: { path: string }[] } = JSON.parse(fileText('tsconfig.json'));
  const rooms = compiledRooms().map((room) => `src/${room.name}`);
  expect(config.references.map((r) => r.path).sort()).toEqual([...rooms, 'tests'].sort());
});

test('the visible top level stays as it is', () => {
  const visible = new Set(
    repositoryPaths()
      .map((file) => file.split('/')[0] ?? '')
      .filter((name) => !name.startsWith('.')),
  );
  expect([...visible].sort()).toEqual([
    'LICENSE',
    'README.md',
    'index.html',
    'package-lock.json',
    'package.json',
    'public',
    'src',
    'tests',
    'tsconfig.json',
    'vite.config.ts',
  ]);
});
