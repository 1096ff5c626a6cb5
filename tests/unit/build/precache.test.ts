import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Rolldown } from 'vite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chunkName, listPrecache } from '../../../.build/precache.ts';
import type { ShellFiles } from '../../../.build/shell-files.ts';

let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cf-build-'));
  write('index.html', '<!doctype html>');
  write('assets/main-AAAAAAAA.js', 'main');
  write('assets/words-BBBB-B_B.js', 'words');
  write('assets/scanner-CCCCCCCC.js', 'scanner');
  write('icon.svg', '<svg/>');
  write('screenshots/home.png', 'png');
});

afterEach(() => fs.rmSync(folder, { recursive: true }));

function write(file: string, text: string) {
  const at = path.join(folder, file);
  fs.mkdirSync(path.dirname(at), { recursive: true });
  fs.writeFileSync(at, text);
}

const chunk = (fileName: string, imports: string[], isEntry = false) =>
  ({ type: 'chunk', fileName, imports, isEntry }) as unknown as Rolldown.OutputChunk;

const output = [
  chunk('assets/main-AAAAAAAA.js', ['assets/words-BBBB-B_B.js'], true),
  chunk('assets/words-BBBB-B_B.js', []),
] as unknown as Rolldown.RolldownOutput['output'];

const declared: ShellFiles = {
  home: { chunks: ['main', 'words'], files: ['icon.svg'] },
  later: { chunks: ['scanner'], files: [] },
  whenSpoken: { chunks: [], files: [] },
  networkOnly: { chunks: [], files: ['screenshots/home.png'] },
};

const list = (shell: ShellFiles = declared) => listPrecache({ folder, output }, shell);

describe('the list of files the phone keeps', () => {
  test('begins with the document and sorts every file as declared', () => {
    const { home, later } = list();
    expect(home.map((entry) => entry.url)).toEqual([
      '/',
      '/assets/main-AAAAAAAA.js',
      '/assets/words-BBBB-B_B.js',
      '/icon.svg',
    ]);
    expect(later.map((entry) => entry.url)).toEqual(['/assets/scanner-CCCCCCCC.js']);
  });

  test('gives a revision to every address that does not name its content', () => {
    const revisions = new Map(list().home.map((entry) => [entry.url, entry.revision]));
    expect(revisions.get('/assets/main-AAAAAAAA.js')).toBeNull();
    expect(revisions.get('/')).toMatch(/^[\w-]{12}$/);
    write('icon.svg', '<svg></svg>');
    expect(list().home.at(-1)?.revision).not.toBe(revisions.get('/icon.svg'));
  });

  test('changes its id when the document alone changes', () => {
    const before = list().buildId;
    write('index.html', '<!doctype html><p>');
    expect(list().buildId).not.toBe(before);
  });

  test('refuses a file that nobody declared', () => {
    write('assets/flags-DDDDDDDD.css', '');
    expect(() => list()).toThrow("assets/flags-DDDDDDDD.css (chunks: 'flags') is declared 0 times");
  });

  test('refuses a file declared twice', () => {
    const twice = { ...declared, later: { chunks: ['scanner', 'main'], files: [] } };
    expect(() => list(twice)).toThrow("'main') is declared 2 times");
  });

  test('refuses a name that is not built', () => {
    const more = { ...declared, later: { chunks: ['scanner', 'ghost'], files: [] } };
    expect(() => list(more)).toThrow("later.chunks names 'ghost': not built");
  });

  test('refuses to leave for later what the entry imports', () => {
    const shifted = {
      ...declared,
      home: { chunks: ['main'], files: ['icon.svg'] },
      later: { chunks: ['scanner', 'words'], files: [] },
    };
    expect(() => list(shifted)).toThrow("'words' belongs to home.chunks");
  });
});

test.each([
  ['assets/scan-screen-Ab3_x-9z.js', 'scan-screen'],
  ['assets/main--_-_-_-_.css', 'main'],
])('the chunk of %s is %s', (file, name) => {
  expect(chunkName(file)).toBe(name);
});
