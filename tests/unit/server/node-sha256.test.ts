import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '#protocol/sha256.ts';
import { nodeSha256 } from '#server/payments/node-sha256.ts';

test('the server’s hash is the protocol’s own, whatever the message', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (message) => {
      expect(nodeSha256(message)).toEqual(sha256(message));
    }),
    { numRuns: 500 },
  );
});
