/** Owns the line that says why a settled payment is under way again: its server was restored from a backup. */
import { isForgotten, type Payment, REOFFERED_FOR_MS } from '#wallet/payment.ts';
import { t } from '../text/text.ts';
import { useStored, useWallet } from '../wallet-context.ts';

export function RestoredLine(props: {
  readonly of: Pick<Payment, 'receipt' | 'epoch'>;
  readonly sinceMs: number;
}) {
  const { clock } = useWallet();
  const stored = useStored('identity', ['wallet'], ({ store }) => store.readIdentity());
  const epoch = stored.kind === 'read' ? stored.value?.epoch : undefined;
  if (epoch === undefined || !isForgotten(props.of, epoch)) return null;
  const isGivenUp = clock.nowMs() - props.sinceMs > REOFFERED_FOR_MS;
  return isGivenUp ? null : <p>{t('story.restored')}</p>;
}
