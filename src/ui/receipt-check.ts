/** Owns checking a receipt on this phone, for a person to see: whose key, and whether it signed this. */
import { useEffect, useState } from 'preact/hooks';
import { verifyEs256 } from '#device/verify-es256.ts';
import type { Bytes } from '#protocol/bytes.ts';
import { decodeReceipt, type Receipt } from '#protocol/receipt.ts';
import type { ServerIdentity } from '#protocol/wire.ts';
import { checkReceipt } from '#wallet/check-receipt.ts';
import { fetchServerKeys } from './server-keys.ts';
import { useWallet } from './wallet-context.ts';

/** What a receipt is found to be: exactly one of these. */
export type ReceiptFinding =
  /** The server's signature over exactly this was verified here, with no network needed. */
  | { readonly kind: 'paid' | 'not-paid'; readonly receipt: Receipt }
  /** Signed by another server, or by a key that this server never had. */
  | { readonly kind: 'foreign' }
  /** The bytes are not those that were signed. */
  | { readonly kind: 'altered' }
  /** It can be read, and this phone has no key to check it with. */
  | { readonly kind: 'unchecked'; readonly receipt: Receipt }
  /** Of a later form than this version of the app reads. */
  | { readonly kind: 'newer' };

export type ReceiptCheck = { readonly kind: 'checking' } | ReceiptFinding;

export type KeySources = {
  /** The keys on this phone. */
  readonly kept: () => Promise<ServerIdentity | undefined>;
  /** The keys that the server publishes now. */
  readonly fresh: () => Promise<ServerIdentity | undefined>;
};

async function underKeys(
  bytes: Bytes,
  identity: ServerIdentity,
): Promise<ReceiptFinding | 'key-unknown'> {
  const checked = await checkReceipt(bytes, identity, verifyEs256);
  if (checked.ok) {
    const kind = checked.value.verdict === 'accepted' ? 'paid' : 'not-paid';
    return { kind, receipt: checked.value };
  }
  if (checked.refusal === 'key_unknown') return 'key-unknown';
  return { kind: checked.refusal.code === 'receipt_not_this_server' ? 'foreign' : 'altered' };
}

export async function findReceipt(bytes: Bytes, keys: KeySources): Promise<ReceiptFinding> {
  const decoded = decodeReceipt(bytes);
  if (!decoded.ok) {
    return { kind: decoded.refusal.code === 'version_unknown' ? 'newer' : 'altered' };
  }
  const kept = await keys.kept().catch(() => undefined);
  const first = kept && (await underKeys(bytes, kept));
  if (first && first !== 'key-unknown') return first;
  // A key that is not among ours may be the server's new one: asked for once, then left open.
  const fresh = await keys.fresh().catch(() => undefined);
  if (!fresh) return { kind: 'unchecked', receipt: decoded.value };
  const second = await underKeys(bytes, fresh);
  // The server publishes every key it ever had.
  return second === 'key-unknown' ? { kind: 'foreign' } : second;
}

export function useReceiptCheck(bytes: Bytes | undefined): ReceiptCheck {
  const wallet = useWallet();
  const [result, setResult] = useState<ReceiptCheck>({ kind: 'checking' });
  useEffect(() => {
    if (!bytes) return;
    let current = true;
    setResult({ kind: 'checking' });
    const keys = { kept: () => wallet.store.readIdentity(), fresh: () => fetchServerKeys(wallet) };
    void findReceipt(bytes, keys).then((done) => {
      if (current) setResult(done);
    });
    return () => {
      current = false;
    };
  }, [wallet, bytes]);
  return result;
}
