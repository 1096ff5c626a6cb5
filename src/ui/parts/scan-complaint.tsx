/** Owns saying why a read text or picture led nowhere: whose code it is, what happened, what to do. */
import type { Complaint } from '../scan-words.ts';
import { refusalText, t } from '../text/text.ts';
import { Notice, RefusalNotice } from './notice.tsx';

export function ComplaintNotice(props: { readonly complaint: Complaint }) {
  const { complaint } = props;
  if (complaint.kind !== 'refused') {
    const key = `scan.${complaint.kind}` as const;
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
