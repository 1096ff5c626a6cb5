/** Owns saving what waits: payments without a receipt as lines of text and as codes, so that a lost phone loses none. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { createSpareShelf, markHandedOver } from '#device/spare-copies.ts';
import { handOverPromise } from '../actions/pay.ts';
import { announce } from '../announce.ts';
import { downloadText } from '../download.ts';
import { Amount } from '../parts/amount.tsx';
import { Button, ButtonLink } from '../parts/button.tsx';
import { CodeSheet } from '../parts/code-sheet.tsx';
import { IconCopy, IconInstall, IconShare } from '../parts/icon-more.tsx';
import { Notice, RefusalNotice } from '../parts/notice.tsx';
import { Screen } from '../parts/screen.tsx';
import { saySharing } from '../parts/story-parts.tsx';
import { copyText, shareText } from '../share-text.ts';
import { t } from '../text/text.ts';
import { readSpareCopies, readWaitingCopies, type WaitingCopy } from '../waiting-copies.ts';
import { useStored, useWallet } from '../wallet-context.ts';
import type { Wallet } from '../wallet-model.ts';
import '../styles/offline.css';

const FILE_NAME = 'counterfoil-waiting.txt';

function Line(props: { readonly copy: WaitingCopy; readonly onShow: () => void }) {
  const { copy } = props;
  const { name } = copy;
  return (
    <li class="keep-line">
      <span class="keep-name">
        {t(copy.direction === 'out' ? 'keep.mine' : 'keep.taken', { name })}
      </span>
      <Amount minor={copy.amountMinor} currency={copy.currency} />
      <Button kind="quiet" onClick={props.onShow}>
        {t('keep.show')}
      </Button>
    </li>
  );
}

/** The copy as it was made, and the ways it can leave this phone. */
function Ways(props: { readonly lines: readonly string[] }) {
  const text = props.lines.join('\n');
  const title = t('keep.title');
  const ways = useRef<HTMLDivElement>(null);
  // The button that made the copy is gone, and the focus with it: one of these is what comes next.
  useLayoutEffect(() => ways.current?.querySelector('button')?.focus(), []);
  return (
    <div class="stack" ref={ways}>
      <Notice title={t('keep.made', { count: props.lines.length })}>
        <p>{t('keep.how')}</p>
      </Notice>
      <div class="keep-ways">
        <Button
          kind="plain"
          icon={<IconShare />}
          onClick={() => void shareText({ title, text }).then(saySharing)}
        >
          {t('keep.share')}
        </Button>
        <Button
          kind="plain"
          icon={<IconCopy />}
          onClick={() => void copyText(text).then(saySharing)}
        >
          {t('keep.copy')}
        </Button>
        <Button
          kind="plain"
          icon={<IconInstall />}
          onClick={() => {
            downloadText(FILE_NAME, `${text}\n`, 'text/plain');
            announce(t('keep.saved'));
          }}
        >
          {t('keep.file')}
        </Button>
      </div>
    </div>
  );
}

/** Marked in the database, or beside it while that cannot be read. */
async function markSeen(wallet: Wallet, id: string): Promise<boolean> {
  if (wallet.storage.value.kind !== 'unreadable') return handOverPromise(wallet, id);
  const shelf = createSpareShelf();
  if (!shelf) return false;
  await markHandedOver(shelf, id);
  return true;
}

/** Own promises are marked as seen by others before anything of them leaves; taken ones are that already. */
function useHandingOver(copies: readonly WaitingCopy[]) {
  const wallet = useWallet();
  const [lines, setLines] = useState<readonly string[]>();
  const [shown, setShown] = useState<WaitingCopy>();
  const handOver = async (copy: WaitingCopy) =>
    copy.direction === 'in' || (await markSeen(wallet, copy.id));
  return {
    lines,
    shown,
    hide: () => setShown(undefined),
    show: async (copy: WaitingCopy) => {
      if (await handOver(copy)) setShown(copy);
    },
    make: async () => {
      const made: string[] = [];
      for (const copy of copies) if (await handOver(copy)) made.push(copy.text);
      setLines(made);
      announce(t('keep.made', { count: made.length }));
    },
  };
}

function Copies(props: { readonly copies: readonly WaitingCopy[] }) {
  const { copies } = props;
  const { lines, shown, hide, show, make } = useHandingOver(copies);
  const count = copies.length;
  return (
    <Screen
      title={t('keep.title')}
      back="/settings"
      class="keep"
      foot={
        lines || count === 0 ? (
          <ButtonLink href="/">{t('action.done')}</ButtonLink>
        ) : (
          <Button onClick={() => void make()}>{t('keep.make', { count })}</Button>
        )
      }
    >
      {count === 0 && !lines ? <p>{t('keep.nothing')}</p> : <p>{t('keep.lead')}</p>}
      {count > 0 && !lines && <p class="small soft">{t('keep.once')}</p>}
      {lines && <Ways lines={lines} />}
      <ul>
        {copies.map((copy) => (
          <Line key={copy.id} copy={copy} onShow={() => void show(copy)} />
        ))}
      </ul>
      {shown && (
        <CodeSheet
          text={shown.text}
          title={t(shown.direction === 'out' ? 'keep.mine' : 'keep.taken', { name: shown.name })}
          label={t('keep.label')}
          onClose={hide}
        >
          <p>
            <Amount minor={shown.amountMinor} currency={shown.currency} size="title" />
          </p>
        </CodeSheet>
      )}
    </Screen>
  );
}

/** A database that cannot be read has its second copies; with neither, what waits is unknown. */
async function readCopies({ store, storage }: Wallet): Promise<WaitingCopy[]> {
  const shelf = storage.value.kind === 'unreadable' ? createSpareShelf() : undefined;
  return shelf ? readSpareCopies(shelf) : readWaitingCopies(store);
}

export function KeepScreen() {
  const stored = useStored('copies', ['payments', 'outbox'], readCopies);
  if (stored.kind === 'reading') return <Screen title={t('keep.title')} back="/settings" busy />;
  const copies = stored.kind === 'read' ? stored.value : stored.last;
  if (copies) return <Copies copies={copies} />;
  return (
    <Screen title={t('keep.title')} back="/settings">
      <RefusalNotice code="store_unreadable" />
    </Screen>
  );
}
