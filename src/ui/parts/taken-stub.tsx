/** Owns the stub of a taken payment: what it is worth now, in a word, a shape and a colour. */
import type { TakenCounterfoil } from '#wallet/offline-records.ts';
import { formatMoment } from '../text/format.ts';
import { refusalText, t } from '../text/text.ts';
import { StateBadge } from './state-badge.tsx';

export type TakenState = 'guaranteed' | 'doubted' | 'received' | 'refused' | 'expired';

/** `received`: paid, by the server's receipt. */
export function takenState({ state, guaranteed }: TakenCounterfoil): TakenState {
  if (state === 'accepted') return 'received';
  if (state !== 'taken') return state;
  return guaranteed ? 'guaranteed' : 'doubted';
}

/** What happened to the money and what comes next. */
export function takenSentences(taken: TakenCounterfoil): readonly string[] {
  const until = { moment: formatMoment(taken.validUntilS * 1000) };
  switch (takenState(taken)) {
    case 'guaranteed':
      return [t('taken.until', until), t('taken.guaranteed-text')];
    case 'doubted':
      return [refusalText(taken.doubt ?? 'not_guaranteed').what, t('taken.doubted-text', until)];
    case 'received':
      return [t('taken.paid-text', { moment: formatMoment(taken.settledAtMs ?? 0) })];
    case 'refused':
    case 'expired': {
      const { what, next } = refusalText(taken.code ?? 'payment_expired');
      return [what, next];
    }
  }
}

export function TakenStub(props: { readonly taken: TakenCounterfoil }) {
  const { taken } = props;
  return (
    <div class="taken-stub" data-state={takenState(taken)}>
      <StateBadge state={takenState(taken)} />
      {takenSentences(taken).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
    </div>
  );
}
