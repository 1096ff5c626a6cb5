import 'fake-indexeddb/auto';
import { describe, test } from 'vitest';
import { switchOn } from './contract-phone.ts';
import { STORE_CONTRACT } from './store-contract.ts';

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
