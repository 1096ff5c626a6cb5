// A page without an app: counterfoils judged as a payee's phone does, and the time that it takes.
import { verifyEs256 } from '#device/verify-es256.ts';
import { allowanceSignedBytes } from '#protocol/allowance.ts';
import type { RelyingParty } from '#protocol/assertion.ts';
import { type Bytes, fromBase64url } from '#protocol/bytes.ts';
import { counterfoilFromQrText, decodeCounterfoil } from '#protocol/counterfoil.ts';
import { checkCounterfoil, type TakingSituation } from '#wallet/check-counterfoil.ts';

function bytesOf(text: string): Bytes {
  const bytes = fromBase64url(text);
  if (!bytes) throw new Error('not base64url');
  return bytes;
}

/** The payee's phone, which asked for what the payments of the bench pay. */
function situationOf({ server, payee, point, keyId, party, digest, nowMs }: Given) {
  const profile = {
    account: payee,
    name: 'Payee',
    city: 'Lisboa',
    country: 'PT',
    category: '5499',
  };
  const account = { profile, balances: [], version: 1, frozen: false, sandbox: true };
  const key = { keyId: bytesOf(keyId), point: bytesOf(point), active: true };
  return {
    wallet: {
      account,
      accountReadAtMs: nowMs,
      device: 1,
      credentialId: '',
      canPayOffline: true,
      lastSeq: 0,
    },
    identity: { ...party, server: bytesOf(server), epoch: 1, keys: [key], nowMs },
    request: { digest, text: '', currency: 978, shownAtMs: nowMs, validUntilS: nowMs / 1000 + 900 },
    known: false,
    sameRequest: [],
    sameAllowance: [],
    sameSeq: [],
    nowMs,
  };
}

/** From the text of the code to the verdict. */
async function isGuaranteed(text: string, situation: TakingSituation): Promise<boolean> {
  const bytes = counterfoilFromQrText(text);
  if (!bytes.ok) return false;
  const verdict = await checkCounterfoil(bytes.value, situation, verifyEs256);
  return verdict.kind === 'guaranteed';
}

async function timeOf(work: () => Promise<boolean>): Promise<number> {
  const begun = performance.now();
  const isGenuine = await work();
  const took = performance.now() - begun;
  if (!isGenuine) throw new Error('a genuine counterfoil is not believed');
  return took;
}

/** Bytes are base64url. */
export type Given = {
  readonly texts: readonly string[];
  readonly server: string;
  /** Account id, base32. */
  readonly payee: string;
  readonly keyId: string;
  readonly point: string;
  readonly party: RelyingParty;
  readonly digest: string;
  readonly nowMs: number;
};

const lab = {
  /** Milliseconds of each counterfoil, and between them of one verification under a key at hand. */
  async time(given: Given): Promise<{ whole: number[]; bare: number[] }> {
    const situation = situationOf(given);
    const [keyId, point] = [bytesOf(given.keyId), bytesOf(given.point)];
    const [whole, bare]: [number[], number[]] = [[], []];
    for (const text of given.texts) {
      whole.push(await timeOf(() => isGuaranteed(text, situation)));
      const bytes = counterfoilFromQrText(text);
      const read = bytes.ok ? decodeCounterfoil(bytes.value) : bytes;
      if (!read.ok) throw new Error(read.refusal.code);
      const signed = allowanceSignedBytes(read.value.allowance, keyId);
      bare.push(await timeOf(() => verifyEs256(point, signed, read.value.signature)));
    }
    return { whole, bare };
  },
};

declare global {
  interface Window {
    counterfoilLab: typeof lab;
  }
}

window.counterfoilLab = lab;
