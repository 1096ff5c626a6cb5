import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { LONGEST } from '../support/longest-first.ts';
import { root } from './repository.ts';

test('every file and folder that is said to take long exists', () => {
  expect(LONGEST.filter((entry) => !fs.existsSync(path.join(root, entry)))).toEqual([]);
});
