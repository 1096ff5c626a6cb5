// A page without an app: counterfoils verified as a payee's phone does, and the time that it takes.
import { verifyEs256 } from '#device/verify-es256.ts';
import { allowanceSignedBytes } from '#protocol/allowance.ts';
import { approvalCandidates } from '#protocol/approval.ts';
import type { RelyingParty } from '#protocol/assertion.ts';
import { type Bytes, fromBase64url } from '#protocol/bytes.ts';
import { counterfoilFromQrText, decodeCounterfoil } from '#protocol/counterfoil.ts';

function bytesOf(text: string): Bytes {
  const bytes = fromBase64url(text);
  if (!bytes) throw new Error('not base64url');
  return bytes;
}

/** From the text of the code to both signatures verified. */
async function verifies(text: string, keyId: Bytes, point: Bytes, party: RelyingParty) {
  const bytes = counterfoilFromQrText(text);
  const read = bytes.ok ? decodeCounterfoil(bytes.value) : bytes;
  if (!read.ok) return false;
  const { authorization, allowance, signature } = read.value;
  const candidates = approvalCandidates(authorization, party);
  const [approval] = candidates.ok ? candidates.value : [];
  if (!approval) return false;
  return (
    (await verifyEs256(point, allowanceSignedBytes(allowance, keyId), signature)) &&
    (await verifyEs256(allowance.point, approval.signed, approval.signature))
  );
}

async function timeOf(work: () => Promise<boolean>): Promise<number> {
  const begun = performance.now();
  const isGenuine = await work();
  const took = performance.now() - begun;
  if (!isGenuine) throw new Error('a genuine counterfoil does not verify');
  return took;
}

export type Given = {
  readonly texts: readonly string[];
  /** Base64url. */
  readonly keyId: string;
  readonly point: string;
  readonly party: RelyingParty;
};

const lab = {
  /** Milliseconds of each counterfoil, and between them of one verification under a key at hand. */
  async time({ texts, keyId, point, party }: Given): Promise<{ whole: number[]; bare: number[] }> {
    const [id, server] = [bytesOf(keyId), bytesOf(point)];
    const [whole, bare]: [number[], number[]] = [[], []];
    for (const text of texts) {
      whole.push(await timeOf(() => verifies(text, id, server, party)));
      const bytes = counterfoilFromQrText(text);
      const read = bytes.ok ? decodeCounterfoil(bytes.value) : bytes;
      if (!read.ok) throw new Error(read.refusal.code);
      const signed = allowanceSignedBytes(read.value.allowance, id);
      bare.push(await timeOf(() => verifyEs256(server, signed, read.value.signature)));
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
