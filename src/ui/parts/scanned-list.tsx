/** Owns a pasted list of payments and receipts: every line handled by itself, and what came of each. */
import { useEffect, useState } from 'preact/hooks';
import type { LineFinding } from '../actions/handle-lines.ts';
import { handleLines } from '../actions/handle-lines.ts';
import { announce } from '../announce.ts';
import { refusalText, t } from '../text/text.ts';
import { useWallet } from '../wallet-context.ts';
import { Amount } from './amount.tsx';
import { Notice } from './notice.tsx';
import '../styles/take.css';

function words(finding: LineFinding): string {
  switch (finding.kind) {
    case 'refused':
      return refusalText(finding.code).what;
    case 'receipt':
      return t(`proof.${finding.finding}`);
    default:
      return t(`list.${finding.kind}`);
  }
}

export function ScannedList(props: { readonly lines: readonly string[] }) {
  const wallet = useWallet();
  const { lines } = props;
  const [findings, setFindings] = useState<readonly LineFinding[]>([]);
  const count = lines.length;
  useEffect(() => {
    let over = false;
    const tell = (found: readonly LineFinding[]) => {
      if (!over) setFindings(found);
    };
    void handleLines(wallet, lines, tell).then(() => {
      if (!over) announce(t('list.summary', { count }));
    });
    return () => {
      over = true;
    };
  }, [wallet, lines]);
  const done = findings.length === count;
  return (
    <div class="stack" aria-busy={!done}>
      <Notice
        title={
          done
            ? t('list.summary', { count })
            : t('list.checking', { place: findings.length + 1, count })
        }
      />
      <ol class="scanned-list">
        {findings.map((finding, i) => (
          <li key={lines[i]}>
            <span class="print">{i + 1}</span>
            <strong>{words(finding)}</strong>
            {finding.amountMinor !== undefined && finding.currency !== undefined && (
              <Amount minor={finding.amountMinor} currency={finding.currency} />
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}
