// The storage's contract on the engine's own IndexedDB.
import { describe, test } from 'vitest';
import { switchOn } from '../../../../unit/device/contract-phone.ts';
import { STORE_CONTRACT } from '../../../../unit/device/store-contract.ts';

describe('the storage', () => {
  test.each(STORE_CONTRACT)('$name', async ({ name, run }) => {
    const phone = switchOn(name);
    try {
      await run(phone);
    } finally {
      phone.close();
    }
  });
});
