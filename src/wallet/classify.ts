/** Owns what an answer to an upload is worth. Nothing here ends a payment: only a verified receipt does. */
import { type Bytes, fromUtf8 } from '#protocol/bytes.ts';
import {
  ANSWER_MEDIA_TYPE,
  decodePaymentsAnswer,
  type PaymentAnswer,
} from '#protocol/payments-answer.ts';
import { type Refusal, type RefusalCode, statusOf } from '#protocol/refusals.ts';
import { decodeProblem } from '#protocol/wire.ts';
import type { HttpAnswer } from './ports.ts';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';
/** However long a server asks us to wait, a payment is offered again after an hour. */
export const RETRY_AFTER_MS_MAX = 60 * 60 * 1000;

export type UploadAnswer =
  /** One receipt or refusal for each, still to be verified. */
  | { readonly kind: 'answers'; readonly answers: readonly PaymentAnswer[] }
  /** Come back later: shed load, or the same payment is being settled this moment. */
  | { readonly kind: 'busy'; readonly code?: RefusalCode; readonly retryAfterMs?: number }
  /** Our server cannot take the request as a whole and says why: one of its items may be to blame. */
  | { readonly kind: 'refused'; readonly code: RefusalCode }
  /** Something answered, but nothing that says anything of the payments. */
  | { readonly kind: 'strange'; readonly status: number; readonly code?: RefusalCode };

function readProblem(answer: HttpAnswer): Refusal | null {
  if (answer.mediaType !== PROBLEM_MEDIA_TYPE) return null;
  const text = fromUtf8(answer.body);
  if (text === null) return null;
  try {
    return decodeProblem(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Delta seconds (RFC 9110 §10.2.3). A date is not read: this clock and theirs may not agree. */
function readRetryAfter(text: string | undefined): { readonly retryAfterMs?: number } {
  if (text === undefined || !/^\s*\d{1,9}\s*$/.test(text)) return {};
  const retryAfterMs = Number(text) * 1000;
  if (retryAfterMs > RETRY_AFTER_MS_MAX) return { retryAfterMs: RETRY_AFTER_MS_MAX };
  return { retryAfterMs };
}

function readAnswers(mediaType: string, body: Bytes): readonly PaymentAnswer[] | null {
  if (mediaType !== ANSWER_MEDIA_TYPE) return null;
  const answers = decodePaymentsAnswer(body);
  return answers.ok ? answers.value : null;
}

const WHOLE_REQUEST: ReadonlySet<number> = new Set([400, 413, 422]);

/**
 * Answers in our own form count whatever the status, since each receipt proves itself; everything
 * else is judged by status, and believed to be our server's only where it names a code of ours.
 */
export function classifyUpload(answer: HttpAnswer): UploadAnswer {
  const { status } = answer;
  const answers = readAnswers(answer.mediaType, answer.body);
  if (answers) return { kind: 'answers', answers };
  const code = readProblem(answer)?.code;
  const named = code === undefined ? {} : { code };
  if (status === 429 || status === 503 || status === 409) {
    return { kind: 'busy', ...named, ...readRetryAfter(answer.retryAfter) };
  }
  if (code !== undefined && WHOLE_REQUEST.has(status)) return { kind: 'refused', code };
  return { kind: 'strange', status, ...named };
}

/**
 * What one unsigned refusal means for its payment. `wait`: the server is at fault or wants another
 * session, offer it again soon. `quarantine`: the same bytes would be refused again, so they wait
 * apart. It is never a verdict.
 */
export function meaningOfRefusal(code: RefusalCode): 'wait' | 'quarantine' {
  const status = statusOf(code);
  const passing = status >= 500 || status === 429 || status === 409;
  return passing || status === 401 || status === 403 ? 'wait' : 'quarantine';
}
