import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packChecks, unpackChecks } from '#server/payments/signature-checks.ts';

const bytes = (minLength: number, maxLength: number) =>
  fc.uint8Array({ minLength, maxLength }).map((array) => new Uint8Array(array));

test('checks come out of their block as they went in', () => {
  const check = fc.record({
    spki: bytes(0, 200),
    signed: bytes(0, 1100),
    signature: bytes(64, 64),
  });
  fc.assert(
    fc.property(fc.array(check, { maxLength: 20 }), (checks) => {
      expect(unpackChecks(packChecks(checks))).toEqual(checks);
    }),
    { numRuns: 200 },
  );
});
