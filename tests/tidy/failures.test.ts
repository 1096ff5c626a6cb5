// The catalogue of failures has an answer for every number, and every test that it names is there.
import { describe, expect, test } from 'vitest';
import { complaintsAbout, isNamed, LAST, type TitlesIn } from './catalogue.ts';
import { fileText, repositoryFiles, repositoryPaths } from './repository.ts';
import { testTitles } from './test-titles.ts';

const catalogue = fileText('tests/failures.md');
const files = new Set(repositoryPaths());
const known = new Map<string, readonly string[]>();

const titlesIn: TitlesIn = (file) => {
  if (!files.has(file)) return undefined;
  const titles = known.get(file) ?? testTitles(file, fileText(file));
  known.set(file, titles);
  return titles;
};

describe('the catalogue of failures', () => {
  test('has every number once, with an answer, and names only tests that exist', () => {
    expect(complaintsAbout(catalogue, titlesIn)).toEqual([]);
  });

  test('has every number that a comment or a test speaks of', () => {
    const strange = repositoryFiles()
      .filter(({ path }) => /^(src|tests)\/.*\.tsx?$/.test(path))
      .flatMap(({ path, text }) =>
        [...text.matchAll(/\(F(\d+(?:, F\d+)*)\)/g)]
          .flatMap(([, numbers = '']) => numbers.split(', F').map(Number))
          .filter((number) => number < 1 || number > LAST.F)
          .map((number) => `${path}: F${number}`),
      );
    expect(strange).toEqual([]);
  });

  /** In the place of its 7th row. */
  const seventh = (row: string) => catalogue.replace(/^\| F7 \|.*$/m, row);
  const named =
    '`tests/tidy/failures.test.ts`: “has every number that a comment or a test speaks of”';
  const faults: [string, string][] = [
    ['a hole', seventh('')],
    ['a number twice', seventh(`| F6 | it fails | we answer | ${named} |`)],
    ['no answer', seventh(`| F7 | it fails | | ${named} |`)],
    ['a cell less', seventh(`| F7 | it fails | ${named} |`)],
    ['nothing that shows it', seventh('| F7 | it fails | we answer | seen by people |')],
    ['a device without a reason', seventh('| F7 | it fails | we answer | device only |')],
    ['a device with hardly one', seventh(`| F7 | it fails | we answer | device only: because |`)],
    [
      'a file that is not there',
      seventh(`| F7 | it fails | we answer | ${named.replace('tidy', 'tidier')} |`),
    ],
    [
      'a test that is not there',
      seventh(`| F7 | it fails | we answer | ${named.replace('of”', 'off”')} |`),
    ],
    [
      'a part of a title',
      seventh(`| F7 | it fails | we answer | ${named.replace('has every ', '')} |`),
    ],
    [
      'a test without its quotes',
      seventh(`| F7 | it fails | we answer | ${named.replace(/“.*/, 'all')} |`),
    ],
    ['an invariant less', catalogue.replace(/^\| I15 \|.*$/m, '')],
  ];
  test.each(faults)('does not pass with %s', (_name, text) => {
    expect(complaintsAbout(text, titlesIn)).not.toEqual([]);
  });

  test('passes with a row that names a test, and with one that gives a reason', () => {
    const reason = 'device only: no browser here has a home screen';
    for (const shown of [named, reason, `${named}; the rest is ${reason}`]) {
      const text = seventh(`| F7 | it fails | we answer | ${shown} |`);
      expect(complaintsAbout(text, titlesIn)).toEqual([]);
    }
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
