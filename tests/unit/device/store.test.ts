import 'fake-indexeddb/auto';
import { describe, test } from 'vitest';
import { STORE_CONTRACT, switchOn } from './store-contract.ts';

describe('the storage, on fake-indexeddb', () => {
  test.each(STORE_CONTRACT)('$name', async ({ name, run }) => {
    const phone = switchOn(name);
    try {
      await run(phone);
    } finally {
      phone.close();
    }
  });
});
