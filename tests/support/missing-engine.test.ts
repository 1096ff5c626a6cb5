import { test } from 'vitest';
import { DEBIAN_FOLDER } from './debian-postgres.ts';

test.skip(`NOT RUN on Debian's PostgreSQL: no server in ${DEBIAN_FOLDER}; install postgresql`, () => {
  throw new Error('there is nothing to run on');
});
