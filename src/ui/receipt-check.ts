/** Owns checking a receipt on this phone, for a person to see: whose key, and whether it signed this. */
import { useEffect, useState } from 'preact/hooks';
import { verifyEs256 } from '#device/verify-es256.ts';
import type { Bytes } from '#protocol/bytes.ts';
import { decodeReceipt, type Receipt } from '#protocol/receipt.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import { checkReceipt } from '#wallet/check-receipt.ts';
import { useWallet } from './wallet-context.ts';
import type { Wallet } from './wallet-model.ts';

export type ReceiptCheck =
  | { readonly kind: 'checking' }
  /** The server's signature over exactly this was verified here, with no network needed. */
  | { readonly kind: 'genuine'; readonly receipt: Receipt }
  /** It can be read, and this phone has no key to check it with. */
  | { readonly kind: 'unchecked'; readonly receipt: Receipt }
  | { readonly kind: 'refused'; readonly code: RefusalCode };

/** The keys that the server publishes now; undefined when it does not answer. */
async function freshIdentity(wallet: Wallet) {
  const { api } = await wallet.engine();
  const answer = await api.readIdentity();
  if (!answer.ok) return undefined;
  await wallet.store.writeIdentity(answer.value, wallet.clock.nowMs());
  return answer.value;
}

async function check(wallet: Wallet, bytes: Bytes): Promise<ReceiptCheck> {
  const decoded = decodeReceipt(bytes);
  if (!decoded.ok) return { kind: 'refused', code: decoded.refusal.code };
  const unchecked = { kind: 'unchecked', receipt: decoded.value } as const;
  // A key that is not among ours may be the server's new one: asked for once, then left open.
  for (const read of [() => wallet.store.readIdentity(), () => freshIdentity(wallet)]) {
    const identity = await read().catch(() => undefined);
    if (!identity) continue;
    const checked = await checkReceipt(bytes, identity, verifyEs256);
    if (checked.ok) return { kind: 'genuine', receipt: checked.value };
    if (checked.refusal !== 'key_unknown') return { kind: 'refused', code: checked.refusal.code };
  }
  return unchecked;
}

export function useReceiptCheck(bytes: Bytes | undefined): ReceiptCheck {
  const wallet = useWallet();
  const [result, setResult] = useState<ReceiptCheck>({ kind: 'checking' });
  useEffect(() => {
    if (!bytes) return;
    let current = true;
    setResult({ kind: 'checking' });
    void check(wallet, bytes).then((done) => {
      if (current) setResult(done);
    });
    return () => {
      current = false;
    };
  }, [wallet, bytes]);
  return result;
}
