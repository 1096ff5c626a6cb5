/** Owns the stub of a taken payment: what it is worth now, in a word, a shape and a colour. */
import type { TakenCounterfoil } from '#wallet/offline-records.ts';
import { takenSentences, takenState } from '../taken-words.ts';
import { useWallet } from '../wallet-context.ts';
import { StateBadge } from './state-badge.tsx';

export function TakenStub(props: { readonly taken: TakenCounterfoil }) {
  const { taken } = props;
  const waiting = useWallet().home.value?.waiting;
  const aside = waiting?.some(({ id, quarantine }) => id === taken.id && quarantine);
  return (
    <div class="taken-stub" data-state={takenState(taken)}>
      <StateBadge state={takenState(taken)} />
      {takenSentences(taken, aside).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
    </div>
  );
}
