/** Owns why a read text or picture may lead nowhere. Pure. */
import type { PhotoAnswer } from './code-reader.ts';
import type { Finding } from './scan-finding.ts';

export type Complaint =
  | Extract<Finding, { kind: 'refused' }>
  | {
      readonly kind:
        | 'photo-nothing'
        | 'photo-not-a-picture'
        | 'no-reader'
        | 'shared-missing'
        | 'not-a-receipt';
    };

export function complaintOf(answer: Exclude<PhotoAnswer, { kind: 'text' }>): Complaint {
  return answer.kind === 'no-reader' ? answer : { kind: `photo-${answer.kind}` as const };
}
