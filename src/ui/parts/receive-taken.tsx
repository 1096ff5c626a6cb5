/** Owns a request whose payment was taken without a network: what it is worth, until the receipt is here. */
import { useEffect, useRef } from 'preact/hooks';
import type { TakenCounterfoil } from '#wallet/offline-records.ts';
import { announce } from '../announce.ts';
import { buzz } from '../buzz.ts';
import { takenSentences, takenState } from '../taken-words.ts';
import { t } from '../text/text.ts';
import { usePolling } from '../use-polling.ts';
import { Amount } from './amount.tsx';
import { ButtonLink } from './button.tsx';
import { Screen } from './screen.tsx';
import { Slip } from './slip.tsx';
import { TakenStub } from './taken-stub.tsx';
import '../styles/take.css';

const TITLES = {
  guaranteed: 'taken.waiting',
  doubted: 'taken.waiting-doubted',
  received: 'taken.paid',
  refused: 'taken.not-paid',
  expired: 'taken.not-paid',
} as const;

export function takenTitle(taken: TakenCounterfoil): string {
  return t(TITLES[takenState(taken)]);
}

const TONES = {
  guaranteed: 'receive',
  doubted: 'doubt',
  received: 'receive',
  refused: 'refused',
  expired: 'refused',
} as const;

export function TakenSlip(props: { readonly taken: TakenCounterfoil }) {
  const { taken } = props;
  const state = takenState(taken);
  return (
    <Slip
      id={taken.id}
      tone={TONES[state]}
      torn={state === 'received'}
      stub={<TakenStub taken={taken} />}
    >
      <p class="take-amount">
        <Amount minor={taken.amountMinor} currency={taken.currency} size="hero" />
      </p>
    </Slip>
  );
}

/** Says aloud that it ended while somebody was looking. */
export function useTakenSaid(taken: TakenCounterfoil | undefined): void {
  const before = useRef(taken?.state);
  useEffect(() => {
    const ended = before.current === 'taken' && taken && taken.state !== 'taken';
    before.current = taken?.state;
    if (!ended) return;
    announce(`${takenTitle(taken)}. ${takenSentences(taken)[0] ?? ''}`);
    buzz(taken.state === 'accepted' ? [70, 50, 120] : 300);
  }, [taken]);
}

export function ReceiveTaken(props: { readonly taken: TakenCounterfoil }) {
  const { taken } = props;
  usePolling(taken.state === 'taken');
  useTakenSaid(taken);
  return (
    <Screen
      title={takenTitle(taken)}
      back="/receive"
      tone="receive"
      class="taken"
      foot={
        <>
          <ButtonLink kind="receive" href="/receive">
            {t('receive.next')}
          </ButtonLink>
          <ButtonLink kind="quiet" href={`/taken/${taken.id}`}>
            {t('receive.story')}
          </ButtonLink>
        </>
      }
    >
      <TakenSlip taken={taken} />
    </Screen>
  );
}
