import { expect, test } from 'vitest';
import { fileText } from './repository.ts';

const groups = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;
const manifest: Record<(typeof groups)[number], Record<string, string>> = JSON.parse(
  fileText('package.json'),
);
const wanted = groups.flatMap((group) => Object.entries(manifest[group]));

test('every package is wanted in one exact version', () => {
  const loose = wanted.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version));
  expect(loose).toEqual([]);
});

test('the lockfile names no download address', () => {
  expect(fileText('package-lock.json')).not.toContain('"resolved": "http');
});

test('every package the product runs on is explained in the README', () => {
  const readme = fileText('README.md');
  const unexplained = Object.keys(manifest.dependencies).filter(
    (name) => !readme.includes(`\`${name}\``),
  );
  expect(unexplained).toEqual([]);
});
