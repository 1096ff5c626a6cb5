// The catalogue of failures as a test reads it: its rows, the tests they name, and what is wrong with them.

type Row = { readonly number: string; readonly cells: readonly string[] };
type Named = { readonly file: string; readonly titles: readonly string[] };

/** What the repository has: undefined for a file that is not there. */
export type TitlesIn = (file: string) => readonly string[] | undefined;

/** How far each letter counts. */
export const LAST = { F: 79, I: 15 } as const;

const CELLS = 3;
const WORDS_MIN = 2;
const REASON_WORDS_MIN = 4;

/** `` `tests/a.test.ts`: “one test”, “another” `` */
const NAMED = /`(tests\/[^`]+)`: (“[^”]+”(?:, “[^”]+”)*)/g;

const wordsIn = (text: string) => text.split(/\s+/).filter(Boolean).length;

function readRows(text: string): Row[] {
  return text
    .split('\n')
    .filter((line) => /^\| ?[FI]\d+ ?\|/.test(line))
    .map((line) => {
      const [number = '', ...cells] = line
        .slice(1, line.lastIndexOf('|'))
        .split('|')
        .map((cell) => cell.trim());
      return { number, cells };
    });
}

function namedIn(cell: string): Named[] {
  return [...cell.matchAll(NAMED)].map(([, file = '', titles = '']) => ({
    file,
    titles: [...titles.matchAll(/“([^”]+)”/g)].map(([, title = '']) => title),
  }));
}

/** A title alone, or behind as many of its groups as it takes to tell it from others. */
export const isNamed = (titles: readonly string[], name: string) =>
  titles.some((title) => title === name || title.endsWith(` › ${name}`));

function missingIn(shown: string, titlesIn: TitlesIn): string[] {
  return namedIn(shown).flatMap(({ file, titles }) => {
    const found = titlesIn(file);
    if (!found) return [`no file ${file}`];
    return titles
      .filter((title) => !isNamed(found, title))
      .map((title) => `no test “${title}” in ${file}`);
  });
}

function wrongWith({ cells }: Row, titlesIn: TitlesIn): string[] {
  const [, , shown = ''] = cells;
  const wrong: string[] = [];
  if (cells.length !== CELLS || cells.some((cell) => wordsIn(cell) < WORDS_MIN)) {
    wrong.push('a cell is missing or empty');
  }
  const onDevices = [...shown.matchAll(/device only(:? ?[^;]*)/gi)].map(
    ([, reason = '']) => reason,
  );
  if (onDevices.some((reason) => !reason.startsWith(': ') || wordsIn(reason) <= REASON_WORDS_MIN)) {
    wrong.push('device only without a reason');
  }
  if (namedIn(shown).length === 0 && onDevices.length === 0) wrong.push('nothing shows it');
  if (/`|[“”]/.test(shown.replace(NAMED, ''))) wrong.push('what looks like a test is none');
  return [...wrong, ...missingIn(shown, titlesIn)];
}

function holesIn(rows: readonly Row[], letter: keyof typeof LAST): string[] {
  const there = rows.map(({ number }) => number).filter((number) => number.startsWith(letter));
  const wanted = Array.from({ length: LAST[letter] }, (_, i) => `${letter}${i + 1}`);
  if (there.join() === wanted.join()) return [];
  const holes = wanted.filter((number) => !there.includes(number));
  const twice = there.filter((number, i) => there.indexOf(number) !== i);
  return [`${letter}: holes ${holes}, twice ${twice}, or out of order`];
}

export function complaintsAbout(text: string, titlesIn: TitlesIn): string[] {
  const rows = readRows(text);
  return [
    ...holesIn(rows, 'F'),
    ...holesIn(rows, 'I'),
    ...rows.flatMap((row) => wrongWith(row, titlesIn).map((wrong) => `${row.number}: ${wrong}`)),
  ];
}
