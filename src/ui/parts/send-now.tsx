/** Owns a person's tap to send what waits: busy until it was tried, and then what came of it, in words. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { formatTime } from '../text/format.ts';
import { t } from '../text/text.ts';
import { useWallet } from '../wallet-context.ts';
import type { Wallet } from '../wallet-model.ts';
import { Button } from './button.tsx';

/** What is settled speaks for itself. */
type Tried = 'settled' | 'not-taken' | 'no-answer';

/** Looks at the outbox itself: the report counts what was settled, and not this payment. */
export async function sendNow(wallet: Wallet, id: string): Promise<Tried> {
  try {
    const { triggers } = await wallet.engine();
    const { lastTrouble } = await triggers.drain('person');
    const waiting = await wallet.store.readOutbox();
    if (!waiting.some((entry) => entry.id === id)) return 'settled';
    return lastTrouble?.kind === 'silence' ? 'no-answer' : 'not-taken';
  } catch {
    // The engine's code may not be on this phone yet; what waits leaves by itself later.
    return 'no-answer';
  }
}

export function SendNow(props: { readonly id: string }) {
  const wallet = useWallet();
  const [sending, setSending] = useState(false);
  const [said, setSaid] = useState('');
  const words = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (said) words.current?.scrollIntoView({ block: 'nearest' });
  }, [said]);
  const send = async () => {
    setSending(true);
    // Emptied first: the same words again are heard again.
    setSaid('');
    const tried = await sendNow(wallet, props.id);
    setSending(false);
    if (tried === 'settled') return;
    setSaid(t(`slip.${tried}`, { time: formatTime(wallet.clock.nowMs()) }));
  };
  return (
    <>
      <Button kind="plain" busy={sending} onClick={() => void send()}>
        {t('slip.now')}
      </Button>
      <p ref={words} class="slip-said" role="status">
        {said}
      </p>
    </>
  );
}
