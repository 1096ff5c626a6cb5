/** Owns one payment's whole story: from the payment kept here, else from the server's entry. */
import type { StatementEntry } from '#protocol/wire.ts';
import type { WalletStore } from '#wallet/ports.ts';
import type { PaymentStory } from '#wallet/records.ts';
import type { ScreenProps } from '../lazy-screen.tsx';
import { RefusalNotice } from '../parts/notice.tsx';
import { Screen } from '../parts/screen.tsx';
import { StoryIn } from '../parts/story-in.tsx';
import { StoryOut } from '../parts/story-out.tsx';
import { t } from '../text/text.ts';
import { useStored } from '../wallet-context.ts';
import '../styles/payment-story.css';

const PAGE = 200;

type Found =
  | { readonly kind: 'payment'; readonly story: PaymentStory }
  | { readonly kind: 'entry'; readonly entry: StatementEntry };

/** Entries are kept by version: one with a payment's id is looked for from the newest on. */
async function findEntry(store: WalletStore, id: string): Promise<StatementEntry | undefined> {
  const version = /^v([1-9]\d{0,14})$/.exec(id)?.[1];
  if (version !== undefined) {
    const [entry] = await store.readEntries(1, Number(version) + 1);
    return entry?.version === Number(version) ? entry : undefined;
  }
  let before: number | undefined;
  for (;;) {
    const page = await store.readEntries(PAGE, before);
    const found = page.find(({ paymentId }) => paymentId === id);
    before = page.at(-1)?.version;
    if (found || before === undefined) return found;
  }
}

async function find(store: WalletStore, id: string): Promise<Found | undefined> {
  const story = await store.readStory(id);
  if (story) return { kind: 'payment', story };
  const entry = await findEntry(store, id);
  return entry && { kind: 'entry', entry };
}

export function PaymentStoryScreen(props: ScreenProps) {
  const id = props.params.id ?? '';
  const stored = useStored(id, ['payments', 'outbox'], ({ store }) => find(store, id));
  if (stored.kind === 'reading') return <Screen title={t('part.loading')} back="/activity" busy />;
  const found = stored.kind === 'read' ? stored.value : stored.last;
  if (found?.kind === 'payment') return <StoryOut story={found.story} />;
  if (found) return <StoryIn entry={found.entry} />;
  return (
    <Screen title={t('slip.missing')} back="/activity">
      {stored.kind === 'unreadable' ? (
        <RefusalNotice code="store_unreadable" />
      ) : (
        <p>{t('slip.missing-text')}</p>
      )}
    </Screen>
  );
}
