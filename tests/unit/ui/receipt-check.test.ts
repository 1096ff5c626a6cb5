/** What a receipt is found to be: exactly one of paid, not paid, foreign, altered, or not to be told yet. */
import { describe, expect, test } from 'vitest';
import type { ServerIdentity } from '#protocol/wire.ts';
import { findReceipt, type KeySources } from '#ui/receipt-check.ts';
import { createPaperServer } from '../wallet/paper-server.ts';
import { samplePayment } from '../wallet/samples.ts';

const none = async () => undefined;
const keysOf = (kept?: ServerIdentity, fresh?: ServerIdentity): KeySources => ({
  kept: async () => kept,
  fresh: async () => fresh,
});

describe('a receipt that somebody shows', () => {
  const server = createPaperServer();
  const receipt = server.settle(samplePayment(1).authorization);
  const offline = keysOf(server.identity);

  test('is paid when the server accepted it, with no network', async () => {
    expect(await findReceipt(receipt, offline)).toMatchObject({ kind: 'paid' });
  });

  test('is not paid when the server signed that it refused it', async () => {
    const refusing = createPaperServer();
    const refused = refusing.settle(samplePayment(1).authorization, {
      verdict: 'refused',
      code: 'insufficient_funds',
    });
    expect(await findReceipt(refused, keysOf(refusing.identity))).toMatchObject({
      kind: 'not-paid',
      receipt: { code: 'insufficient_funds' },
    });
  });

  test('changed in any one byte is never paid, nor said to be unpaid', async () => {
    for (let at = 0; at < receipt.length; at++) {
      const changed = receipt.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      const { kind } = await findReceipt(changed, keysOf(server.identity, server.identity));
      expect(['altered', 'foreign', 'newer'], `byte ${at}`).toContain(kind);
    }
  });

  test('of another server proves nothing here', async () => {
    const elsewhere = { ...server.identity, server: new Uint8Array(5).fill(9) };
    expect((await findReceipt(receipt, keysOf(elsewhere))).kind).toBe('foreign');
  });

  test('under a key that this phone does not have cannot be told without a network', async () => {
    const without = { ...server.identity, keys: [] };
    expect((await findReceipt(receipt, keysOf(without))).kind).toBe('unchecked');
    expect((await findReceipt(receipt, { kept: none, fresh: none })).kind).toBe('unchecked');
  });

  test('under a key that is new to this phone is checked once the server has given it', async () => {
    const without = { ...server.identity, keys: [] };
    expect((await findReceipt(receipt, keysOf(without, server.identity))).kind).toBe('paid');
  });

  test('under a key that the server never had is not its receipt', async () => {
    const without = { ...server.identity, keys: [] };
    expect((await findReceipt(receipt, keysOf(without, without))).kind).toBe('foreign');
  });

  test('storage that fails is no reason to call it false', async () => {
    const failing = { kept: () => Promise.reject(new Error('no storage')), fresh: none };
    expect((await findReceipt(receipt, failing)).kind).toBe('unchecked');
  });

  test('bytes that are none at all are altered', async () => {
    expect((await findReceipt(new Uint8Array(), offline)).kind).toBe('altered');
  });
});
