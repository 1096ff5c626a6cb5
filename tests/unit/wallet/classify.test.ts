import { describe, expect, test } from 'vitest';
import { toUtf8 } from '#protocol/bytes.ts';
import { encodePaymentsAnswer } from '#protocol/payments-answer.ts';
import { REFUSALS, type RefusalCode } from '#protocol/refusals.ts';
import { classifyUpload, meaningOfRefusal, type UploadAnswer } from '#wallet/classify.ts';
import type { HttpAnswer } from '#wallet/ports.ts';
import { answerOf, httpAnswer } from './paper-server.ts';
import { samplePayment, sampleReceipt } from './samples.ts';

const STATUSES = Array.from({ length: 500 }, (_, i) => 100 + i);

const signed = (status: number) =>
  answerOf([{ kind: 'receipt', receipt: sampleReceipt(samplePayment(1)).bytes }], status);
const problem = (status: number, code: string) =>
  httpAnswer(status, 'application/problem+json', toUtf8(JSON.stringify({ code })));
const FORMS: { [form: string]: (status: number) => HttpAnswer } = {
  signed,
  unsigned: (status) => problem(status, 'bytes_malformed'),
  HTML: (status) => httpAnswer(status, 'text/html', toUtf8('<h1>Welcome to our Wi-Fi</h1>')),
  empty: (status) => httpAnswer(status, ''),
  JSON: (status) => httpAnswer(status, 'application/json', toUtf8('{"ok":true}')),
  'foreign problem': (status) => problem(status, 'no_code_of_ours'),
  'cut CBOR': (status) => {
    const { body } = signed(200);
    return httpAnswer(status, 'application/cbor', body.slice(0, body.length - 1));
  },
};

/** What an answer without our own form is worth. */
function expected(form: string, status: number): UploadAnswer['kind'] {
  if (form === 'signed') return 'answers';
  if (status === 429 || status === 503 || status === 409) return 'busy';
  if (form === 'unsigned' && [400, 413, 422].includes(status)) return 'refused';
  return 'strange';
}

describe('what an answer is worth (F45)', () => {
  test.each(Object.keys(FORMS))('every status from 100 to 599, %s', (form) => {
    for (const status of STATUSES) {
      const answer = FORMS[form]?.(status);
      if (!answer) throw new Error(form);
      expect(classifyUpload(answer).kind, `${status} ${form}`).toBe(expected(form, status));
    }
  });

  test('only an answer with receipts can lead to a payment being ended', () => {
    // The relay settles from `answers` alone, after each receipt has verified: nothing else has any.
    for (const [form, make] of Object.entries(FORMS)) {
      for (const status of STATUSES) {
        const upload = classifyUpload(make(status));
        expect(upload.kind === 'answers', `${status} ${form}`).toBe(form === 'signed');
      }
    }
  });

  test('a receipt proves itself whatever status a proxy put on it', () => {
    expect(classifyUpload(signed(500)).kind).toBe('answers');
  });

  test('an empty answer in our form answers nobody', () => {
    const body = encodePaymentsAnswer([], []);
    expect(classifyUpload(httpAnswer(200, 'application/cbor', body))).toEqual({
      kind: 'answers',
      answers: [],
    });
  });

  const RETRY_AFTER: [string, number | undefined][] = [
    ['0', 0],
    ['7', 7_000],
    [' 120 ', 120_000],
    ['3600', 3_600_000],
    ['3601', 3_600_000],
    ['999999999', 3_600_000],
    ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['', undefined],
  ];
  test.each(RETRY_AFTER)('Retry-After "%s" is %s ms, an hour at most', (retryAfter, expectedMs) => {
    const answer = { ...problem(503, 'overloaded'), retryAfter };
    const upload = classifyUpload(answer);
    expect(upload.kind === 'busy' ? upload.retryAfterMs : 'no').toBe(expectedMs);
  });

  const MEANING: [RefusalCode, 'wait' | 'quarantine'][] = [
    ['unavailable', 'wait'],
    ['overloaded', 'wait'],
    ['too_many_requests', 'wait'],
    ['internal', 'wait'],
    ['not_signed_in', 'wait'],
    ['forbidden', 'wait'],
    ['payer_unknown', 'quarantine'],
    ['device_unknown', 'quarantine'],
    ['credential_revoked', 'quarantine'],
    ['assertion_signature', 'quarantine'],
    ['bytes_malformed', 'quarantine'],
    ['wrong_server', 'quarantine'],
    ['id_conflict', 'quarantine'],
    ['insufficient_funds', 'quarantine'],
  ];
  test.each(MEANING)('an unsigned %s means %s', (code, meaning) => {
    expect(meaningOfRefusal(code)).toBe(meaning);
  });

  test('every refusal means one or the other, and none ends a payment', () => {
    for (const code of Object.keys(REFUSALS) as RefusalCode[]) {
      expect(['wait', 'quarantine'], code).toContain(meaningOfRefusal(code));
    }
  });
});
