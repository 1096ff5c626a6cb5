/** Owns following all activity in a component: it reads on as far as it is wanted, and again after changes. */
import { useEffect, useState } from 'preact/hooks';
import { type ActivityHistory, createActivityHistory } from './activity-history.ts';
import type { ActivityLine } from './activity-lines.ts';
import { levelTriggered } from './level-triggered.ts';
import { useWallet } from './wallet-context.ts';
import type { Wallet } from './wallet-model.ts';

export type HistoryView = {
  readonly lines: readonly ActivityLine[];
  readonly complete: boolean;
  readonly unreadable: boolean;
};

/** Kept while the page lives: who comes back from one slip finds the list where it was. */
const kept = new WeakMap<Wallet, ActivityHistory>();

function historyOf(wallet: Wallet): ActivityHistory {
  const known = kept.get(wallet);
  if (known) return known;
  const history = createActivityHistory(wallet.store);
  kept.set(wallet, history);
  return history;
}

function viewOf(history: ActivityHistory, unreadable = false): HistoryView {
  return { lines: history.lines(), complete: history.complete(), unreadable };
}

const nextTask = () => new Promise((resolve) => setTimeout(resolve));

/** Reads on until there are `wanted` lines, or all there are. */
export function useActivityHistory(wanted: number): HistoryView {
  const wallet = useWallet();
  const history = historyOf(wallet);
  const [view, setView] = useState<HistoryView>(() => viewOf(history));

  useEffect(() => {
    let over = false;
    const read = async () => {
      try {
        while (!over && !history.complete() && history.lines().length < wanted) {
          await history.more();
          if (!over) setView(viewOf(history));
          // Between two pages the person may scroll and type.
          await nextTask();
        }
      } catch {
        if (!over) setView(viewOf(history, true));
      }
    };
    void read();
    return () => {
      over = true;
    };
  }, [history, wanted]);

  useEffect(() => {
    const refresh = levelTriggered(async () => {
      try {
        await history.refresh();
        setView(viewOf(history));
      } catch {
        setView(viewOf(history, true));
      }
    });
    // Lines kept from an earlier visit may be old by now.
    if (history.lines().length > 0) void refresh();
    return wallet.notice.subscribe((topics) => {
      if (topics.includes('payments') || topics.includes('wallet')) void refresh();
    });
  }, [history, wallet]);

  return view;
}
