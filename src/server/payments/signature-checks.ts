/** Owns signature checks as one block of bytes, which a thread hands to another without copying objects. */
import type { SignatureCheck } from './ports.ts';

const SIGNATURE_LENGTH = 64;
/** Two lengths of 16 bits each. */
const HEAD_LENGTH = 4;

export function packChecks(checks: readonly SignatureCheck[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const { spki, signed } of checks) {
    length += HEAD_LENGTH + spki.length + signed.length + SIGNATURE_LENGTH;
  }
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { spki, signed, signature } of checks) {
    view.setUint16(at, spki.length);
    view.setUint16(at + 2, signed.length);
    bytes.set(spki, at + HEAD_LENGTH);
    bytes.set(signed, at + HEAD_LENGTH + spki.length);
    at += HEAD_LENGTH + spki.length + signed.length + SIGNATURE_LENGTH;
    bytes.set(signature, at - SIGNATURE_LENGTH);
  }
  return bytes;
}

/** Views of the block. */
export function unpackChecks(bytes: Uint8Array<ArrayBuffer>): SignatureCheck[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const checks: SignatureCheck[] = [];
  for (let at = 0; at < bytes.length; ) {
    const spkiEnd = at + HEAD_LENGTH + view.getUint16(at);
    const signedEnd = spkiEnd + view.getUint16(at + 2);
    const end = signedEnd + SIGNATURE_LENGTH;
    checks.push({
      spki: bytes.subarray(at + HEAD_LENGTH, spkiEnd),
      signed: bytes.subarray(spkiEnd, signedEnd),
      signature: bytes.subarray(signedEnd, end),
    });
    at = end;
  }
  return checks;
}
