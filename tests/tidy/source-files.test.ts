import path from 'node:path';
import { expect, test } from 'vitest';
import { type RepositoryFile, repositoryFiles } from './repository.ts';

const linesMax = 400;
/** The reference measurer of loading, kept word for word as its makers publish it. */
const foreign = new Set(['tests/bench/pwa-load.mjs']);

const written = repositoryFiles().filter(
  (file) => /\.(tsx?|mts|mjs|css|sql)$/.test(file.path) && !foreign.has(file.path),
);
const source = written.filter((file) => file.path.startsWith('src/'));

const say = (files: readonly RepositoryFile[]) => files.map((file) => file.path);

test(`no file is longer than ${linesMax} lines`, () => {
  const long = written.filter((file) => file.text.split('\n').length - 1 > linesMax);
  expect(say(long)).toEqual([]);
});

test('no file or folder is named for having no subject', () => {
  const nameless =
    /^(utils?|helpers?|common|shared|misc|manager|index)$|-(utils?|helpers?|manager)$/;
  const named = written.filter((file) =>
    file.path.split('/').some((part) => nameless.test(part.replace(/\..*$/, ''))),
  );
  expect(say(named)).toEqual([]);
});

test('every source file opens by saying what it owns', () => {
  const silent = source.filter((file) => !/^(\/\/|\/\*|--)/.test(file.text));
  expect(say(silent)).toEqual([]);
});

/** Where the words of other people's formats and interfaces must be spoken. */
const foreignWords = /src\/protocol\/|src\/server\/inspect|src\/ui\/text\//;
/** What the house says instead. */
const notOurWords: readonly (readonly [RegExp, string])[] = [
  [/\bsender\b|Sender/, 'payer'],
  // Fields of the payment request and a code list of ISO keep the names they have there.
  [/\b[Mm]erchant(?!Name|CategoryCode| category)/, 'payee'],
  [/\b[Ii]nvoice/, 'payment request'],
];

test.each(notOurWords)('the house does not say %s', (word) => {
  const said = source.filter((file) => word.test(file.text) && !foreignWords.test(file.path));
  expect(say(said)).toEqual([]);
});

test('nothing is left for later in a comment, and no check is silenced', () => {
  const later = new RegExp(['TO', 'DO|FIX', 'ME|@ts-(ignore|nocheck|expect-error)'].join(''));
  expect(say(written.filter((file) => later.test(file.text)))).toEqual([]);
});

test('no test is marked to run alone', () => {
  const alone = /\b(test|it|describe)\.only\(/;
  const tests = written.filter((file) => file.path.startsWith('tests/'));
  expect(say(tests.filter((file) => alone.test(file.text)))).toEqual([]);
});

test('no file speaks of one person’s machine', () => {
  const homes = /["'`\s(=](?:file:\/\/)?\/(?:home|Users|root|work)\/\w/;
  const files = repositoryFiles().filter(
    (file) => path.basename(file.path) !== 'package-lock.json',
  );
  expect(say(files.filter((file) => homes.test(file.text)))).toEqual([]);
});
