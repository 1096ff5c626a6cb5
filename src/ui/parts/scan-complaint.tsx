/** Owns saying why a read text or picture led nowhere: whose code it is, what happened, what to do. */
import type { PhotoAnswer } from '../code-reader.ts';
import type { Finding } from '../scan-finding.ts';
import { refusalText, t } from '../text/text.ts';
import { Notice, RefusalNotice } from './notice.tsx';

export type Complaint =
  | Extract<Finding, { kind: 'refused' }>
  | { readonly kind: 'photo-nothing' | 'photo-not-a-picture' | 'no-reader' | 'shared-missing' };

export function complaintOf(answer: Exclude<PhotoAnswer, { kind: 'text' }>): Complaint {
  return answer.kind === 'no-reader' ? answer : { kind: `photo-${answer.kind}` as const };
}

export function ComplaintNotice(props: { readonly complaint: Complaint }) {
  const { complaint } = props;
  if (complaint.kind !== 'refused') {
    const key =
      complaint.kind === 'no-reader' ? 'scan.no-reader' : (`scan.${complaint.kind}` as const);
    return (
      <Notice kind="warning" title={t(key)}>
        <p>{t(`${key}-next`)}</p>
      </Notice>
    );
  }
  const { code, scheme, payee } = complaint;
  if (!scheme) return <RefusalNotice code={code} />;
  const { what, next } = refusalText(code);
  const title = payee ? t('scan.scheme-of', { scheme, payee }) : t('scan.scheme', { scheme });
  return (
    <Notice kind="refusal" title={title}>
      <p>{what}</p>
      <p>{next}</p>
    </Notice>
  );
}
