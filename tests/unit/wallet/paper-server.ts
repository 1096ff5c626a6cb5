// A payment server on paper: it settles each payment once and signs real receipts, in memory. Owns no rule of ours.
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { decodeAuthorization } from '#protocol/authorization.ts';
import { type Bytes, concatBytes, toBase64url, toUtf8 } from '#protocol/bytes.ts';
import {
  ANSWER_MEDIA_TYPE,
  type AnswerItem,
  encodePaymentsAnswer,
} from '#protocol/payments-answer.ts';
import {
  decodeReceipt,
  encodeReceiptBody,
  protectedHeader,
  type ReceiptBody,
  receiptOfGroup,
  sealGroup,
} from '#protocol/receipt.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import { decodeReoffer } from '#protocol/reoffer.ts';
import type { ServerIdentity, ServerKey } from '#protocol/wire.ts';
import type { HttpAnswer, VerifyEs256 } from '#wallet/ports.ts';
import { IDENTITY, SERVER_ID } from './samples.ts';

export type PaperServer = {
  readonly identity: ServerIdentity;
  /** How often each payment id was settled: more than one is a payment made twice. */
  readonly transfers: Map<string, number>;
  /** Every upload that arrived, as payment ids. */
  readonly uploads: string[][];
  settle(authorization: Bytes, change?: Partial<ReceiptBody>): Bytes;
  answer(authorizations: readonly Bytes[]): HttpAnswer;
  /** From now on, what to say of this payment instead of a receipt. */
  /** From now on with this code; without one, judged again. */
  refuse(id: string, code: RefusalCode | undefined): void;
  rotateKey(): void;
  /** From a backup: it is in another epoch, and has forgotten these payments. */
  restore(epoch: number, forgotten: readonly string[]): void;
  /** What phones brought back, as payment ids. */
  readonly reoffers: string[][];
  answerReoffers(reoffers: readonly Bytes[]): HttpAnswer;
};

type Signer = { readonly key: ServerKey; readonly sign: (bytes: Bytes) => Bytes };

function newSigner(name: string): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const point = concatBytes(Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url'));
  const key: ServerKey = { keyId: toUtf8(name), point, active: true };
  const options = { key: privateKey, dsaEncoding: 'ieee-p1363' as const };
  return { key, sign: (bytes) => new Uint8Array(sign('sha256', bytes, options)) };
}

export function httpAnswer(
  status: number,
  mediaType: string,
  body: Bytes = new Uint8Array(0),
): HttpAnswer {
  return { kind: 'http', status, mediaType, body };
}

export function answerOf(items: readonly AnswerItem[], status = 200): HttpAnswer {
  return httpAnswer(status, ANSWER_MEDIA_TYPE, encodePaymentsAnswer([], items));
}

export function createPaperServer(): PaperServer {
  let signer = newSigner('key-0001');
  let keys: ServerKey[] = [signer.key];
  const receipts = new Map<string, Bytes>();
  const transfers = new Map<string, number>();
  const refused = new Map<string, RefusalCode>();
  const uploads: string[][] = [];
  const reoffers: string[][] = [];
  let epoch = 1;

  function settle(authorization: Bytes, change: Partial<ReceiptBody> = {}): Bytes {
    const decoded = decodeAuthorization(authorization);
    if (!decoded.ok) throw new Error(decoded.refusal.code);
    const { id, order } = decoded.value;
    const name = toBase64url(id);
    const known = receipts.get(name);
    if (known) return known;
    const body: ReceiptBody = {
      server: SERVER_ID,
      paymentId: id,
      verdict: 'accepted',
      amountMinor: order.amountMinor,
      currency: order.currency,
      payer: order.payer,
      payee: order.payee,
      settledAtS: order.authorizedAtS + 1,
      epoch,
      ...(change.verdict && change.verdict !== 'accepted' ? {} : { transfer: 1n }),
      ...change,
    };
    const bodies = [encodeReceiptBody(body)];
    const header = protectedHeader(signer.key.keyId);
    const receipt = receiptOfGroup(sealGroup(header, bodies, signer.sign).group, 0);
    receipts.set(name, receipt);
    if (body.verdict === 'accepted') transfers.set(name, (transfers.get(name) ?? 0) + 1);
    return receipt;
  }

  function itemFor(authorization: Bytes): AnswerItem {
    const decoded = decodeAuthorization(authorization);
    if (!decoded.ok) return { kind: 'refusal', code: decoded.refusal.code };
    const code = refused.get(toBase64url(decoded.value.id));
    return code ? { kind: 'refusal', code } : { kind: 'receipt', receipt: settle(authorization) };
  }

  /** A receipt says the verdict again that it says, and nobody else's word counts. */
  function itemAgain(reoffer: Bytes): AnswerItem {
    const pair = decodeReoffer(reoffer);
    const old = pair.ok ? decodeReceipt(pair.value.receipt) : pair;
    if (!pair.ok || !old.ok) return { kind: 'refusal', code: 'bytes_malformed' };
    const code = refused.get(toBase64url(old.value.paymentId));
    if (code) return { kind: 'refusal', code };
    const { verdict, code: reason } = old.value;
    const change = { verdict, ...(reason !== undefined && { code: reason }) };
    return { kind: 'receipt', receipt: settle(pair.value.authorization, change) };
  }

  return {
    get identity() {
      return { ...IDENTITY, keys, epoch };
    },
    transfers,
    uploads,
    settle,
    answer(authorizations) {
      const ids = authorizations.map((bytes) => {
        const decoded = decodeAuthorization(bytes);
        return decoded.ok ? toBase64url(decoded.value.id) : 'damaged';
      });
      uploads.push(ids);
      return answerOf(authorizations.map(itemFor));
    },
    refuse(id, code) {
      if (code) refused.set(id, code);
      else refused.delete(id);
    },
    restore(next, forgotten) {
      epoch = next;
      for (const id of forgotten) {
        receipts.delete(id);
        transfers.delete(id);
      }
    },
    reoffers,
    answerReoffers(items) {
      const ids = items.map((item) => {
        const pair = decodeReoffer(item);
        const decoded = pair.ok ? decodeAuthorization(pair.value.authorization) : pair;
        return decoded.ok ? toBase64url(decoded.value.id) : 'damaged';
      });
      reoffers.push(ids);
      return answerOf(items.map(itemAgain));
    },
    rotateKey() {
      signer = newSigner('key-0002');
      keys = [...keys.map((key) => ({ ...key, active: false })), signer.key];
    },
  };
}

/** ES256 by Node, where no WebCrypto timing may disturb a scheduled test. */
export const verifyByNode: VerifyEs256 = async (point, signed, signature) => {
  const x = toBase64url(point.subarray(0, 32));
  const y = toBase64url(point.subarray(32));
  const key = { kty: 'EC', crv: 'P-256', x, y };
  return verify('sha256', signed, { key, format: 'jwk', dsaEncoding: 'ieee-p1363' }, signature);
};
