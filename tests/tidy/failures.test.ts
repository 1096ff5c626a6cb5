// The catalogue of failures has an answer for every number, and every test it names is there.
import { describe, expect, test } from 'vitest';
import { fileText, repositoryFiles, repositoryPaths } from './repository.ts';
import { testTitles } from './test-titles.ts';

const FAILURES = 79;
const INVARIANTS = 15;

type Row = {
  readonly number: string;
  readonly cells: readonly string[];
};

const rows: readonly Row[] = fileText('tests/failures.md')
  .split('\n')
  .filter((line) => /^\| [FI]\d+ \|/.test(line))
  .map((line) => {
    const [number = '', ...cells] = line
      .slice(1, line.lastIndexOf('|'))
      .split('|')
      .map((cell) => cell.trim());
    return { number, cells };
  });

const numbered = (letter: string) =>
  rows.map(({ number }) => number).filter((number) => number.startsWith(letter));
const upTo = (letter: string, last: number) =>
  Array.from({ length: last }, (_, i) => `${letter}${i + 1}`);

/** `` `tests/a.test.ts`: “one test”, “another” `` */
const NAMED = /`(tests\/[^`]+)`: (“[^”]+”(?:, “[^”]+”)*)/g;
const DEVICE_ONLY = /^Device only: (.+)$/m;

type Named = { readonly file: string; readonly titles: readonly string[] };

function namedIn(cell: string): Named[] {
  return [...cell.matchAll(NAMED)].map(([, file = '', titles = '']) => ({
    file,
    titles: [...titles.matchAll(/“([^”]+)”/g)].map(([, title = '']) => title),
  }));
}

const known = new Map<string, readonly string[]>();

function titlesIn(file: string): readonly string[] {
  const titles = known.get(file) ?? testTitles(file, fileText(file));
  known.set(file, titles);
  return titles;
}

/** A title alone, or behind as many of its groups as it takes to tell it from others. */
const isNamed = (titles: readonly string[], name: string) =>
  titles.some((title) => title === name || title.endsWith(` › ${name}`));

describe('the catalogue of failures', () => {
  test('has every number once, in order', () => {
    expect(numbered('F')).toEqual(upTo('F', FAILURES));
    expect(numbered('I')).toEqual(upTo('I', INVARIANTS));
  });

  test('says in each row what fails, what is done, and what shows it', () => {
    const wordsMin = 2;
    const short = rows.filter(
      ({ cells }) =>
        cells.length !== 3 || cells.some((cell) => cell.split(/\s+/).length < wordsMin),
    );
    expect(short.map(({ number }) => number)).toEqual([]);
  });

  test('names a test in each row, or why only a device shows it', () => {
    const wordsMin = 5;
    const unshown = rows.filter(({ cells: [, , shown = ''] }) => {
      const reason = DEVICE_ONLY.exec(shown)?.[1] ?? '';
      return namedIn(shown).length === 0 && reason.split(/\s+/).length < wordsMin;
    });
    expect(unshown.map(({ number }) => number)).toEqual([]);
  });

  test('says nothing beside what it names that only looks like a test', () => {
    const loose = rows.filter(({ cells: [, , shown = ''] }) =>
      /`tests\/|[“”]/.test(shown.replace(NAMED, '')),
    );
    expect(loose.map(({ number }) => number)).toEqual([]);
  });

  test('names only tests that exist', () => {
    const files = new Set(repositoryPaths());
    const missing = rows.flatMap(({ number, cells: [, , shown = ''] }) =>
      namedIn(shown).flatMap(({ file, titles }) => {
        if (!files.has(file)) return [`${number}: ${file}`];
        const found = titlesIn(file);
        return titles
          .filter((title) => !isNamed(found, title))
          .map((title) => `${number}: ${file}: ${title}`);
      }),
    );
    expect(missing).toEqual([]);
  });

  test('has every number that a comment or a test speaks of', () => {
    const strange = repositoryFiles()
      .filter(({ path }) => /^(src|tests)\/.*\.tsx?$/.test(path))
      .flatMap(({ path, text }) =>
        [...text.matchAll(/\((F\d+(?:, F\d+)*)\)/g)]
          .flatMap(([, numbers = '']) => numbers.split(', '))
          .filter((number) => !upTo('F', FAILURES).includes(number))
          .map((number) => `${path}: ${number}`),
      );
    expect(strange).toEqual([]);
  });
});

describe('the titles in a file of tests', () => {
  const titles = testTitles(
    'a.test.ts',
    `
    describe('a group', () => {
      it('one', () => { it.show('no title'); });
      test.skipIf(here)(\`two \${n}\`, async () => {});
      describe.each([['x']])('of %s', () => {
        test.each<[string]>([['not a title'], ['nor this']])('three %s', () => {});
      });
      expect('no title').toBe('neither');
    });
    const CASES = [{ name: 'a shared case', async run() {} }, { name: 'no case' }];
    `,
  );

  test('are found with their groups, and nothing else is', () => {
    expect(titles).toEqual([
      'a group › one',
      `a group › two \${n}`,
      'a group › of %s › three %s',
      'a shared case',
    ]);
  });

  test('are named by themselves or behind their groups, never by a part', () => {
    expect(isNamed(titles, 'one')).toBe(true);
    expect(isNamed(titles, 'of %s › three %s')).toBe(true);
    expect(isNamed(titles, 'three')).toBe(false);
  });
});
