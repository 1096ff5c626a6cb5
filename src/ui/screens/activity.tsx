/** Owns all activity: every payment out and in, grouped by day, to be searched and filtered. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { asksAnything, FILTERS, type Filter, filterOf, findLines } from '../activity-search.ts';
import { announce } from '../announce.ts';
import type { ScreenProps } from '../lazy-screen.tsx';
import { ActivityList } from '../parts/activity-list.tsx';
import { ButtonLink } from '../parts/button.tsx';
import { IconSearch } from '../parts/icon-more.tsx';
import { RefusalNotice } from '../parts/notice.tsx';
import { Screen } from '../parts/screen.tsx';
import { navigate } from '../router.ts';
import { t } from '../text/text.ts';
import { useActivityHistory } from '../use-activity-history.ts';
import { useWallet } from '../wallet-context.ts';
import '../styles/activity.css';

const SCREENFUL = 60;
const SCROLL = 'activityScroll';

function SearchBar(props: {
  readonly query: string;
  readonly filter: Filter;
  readonly onQuery: (query: string) => void;
  readonly onFilter: (filter: Filter) => void;
}) {
  return (
    <search class="activity-search">
      <label class="activity-find">
        <IconSearch />
        <input
          type="search"
          class="field-input"
          aria-label={t('activity.search')}
          placeholder={t('activity.search-hint')}
          value={props.query}
          autoComplete="off"
          onInput={(event) => props.onQuery(event.currentTarget.value)}
        />
      </label>
      <fieldset class="activity-filters">
        <legend class="unseen">{t('activity.filter')}</legend>
        {FILTERS.map((filter) => (
          <label key={filter} class="activity-chip">
            <input
              type="radio"
              class="unseen"
              name="filter"
              checked={filter === props.filter}
              onChange={() => props.onFilter(filter)}
            />
            {t(`activity.${filter}`)}
          </label>
        ))}
      </fieldset>
    </search>
  );
}

/** Coming back from one slip ends where the person left; the address keeps what they asked. */
function useScrollKept(ready: boolean): () => void {
  useEffect(() => {
    const state: unknown = history.state;
    if (!ready || typeof state !== 'object' || state === null || !(SCROLL in state)) return;
    if (typeof state[SCROLL] === 'number') scrollTo(0, state[SCROLL]);
  }, [ready]);
  return () => history.replaceState({ [SCROLL]: scrollY }, '');
}

function useQuestion(props: ScreenProps) {
  const [query, setQuery] = useState(props.query.get('q') ?? '');
  const filter = filterOf(props.query.get('f'));
  const go = (nextQuery: string, nextFilter: Filter) => {
    const address = new URLSearchParams({
      ...(nextQuery.trim() && { q: nextQuery }),
      ...(nextFilter !== 'all' && { f: nextFilter }),
    });
    navigate(`/activity${address.size > 0 ? `?${address}` : ''}`, { replace: true });
  };
  return {
    query,
    filter,
    onQuery: (next: string) => {
      setQuery(next);
      go(next, filter);
    },
    onFilter: (next: Filter) => go(query, next),
  };
}

export function ActivityScreen(props: ScreenProps) {
  const wallet = useWallet();
  const question = useQuestion(props);
  const { query, filter } = question;
  const [wanted, setWanted] = useState(SCREENFUL);
  const asking = asksAnything(question);
  const view = useActivityHistory(asking ? Number.POSITIVE_INFINITY : wanted);
  const found = useMemo(
    () => findLines(view.lines, { query, filter }),
    [view.lines, query, filter],
  );
  const searching = asking && !view.complete && !view.unreadable;
  useEffect(() => {
    if (asking && !searching) announce(t('activity.found', { count: found.length }));
  }, [asking, searching, found.length]);
  const keepScroll = useScrollKept(view.lines.length > 0);
  const empty = found.length === 0 && (view.complete || view.unreadable);
  return (
    <Screen title={t('activity.title')} back="/" class="activity">
      {view.unreadable && <RefusalNotice code="store_unreadable" />}
      <SearchBar {...question} />
      <div onClickCapture={keepScroll}>
        <ActivityList
          lines={found}
          nowMs={wallet.clock.nowMs()}
          onFar={() => setWanted(view.lines.length + SCREENFUL)}
        />
      </div>
      {searching && (
        <p class="activity-end soft" aria-busy="true">
          {t('activity.searching')}
        </p>
      )}
      {filter === 'waiting' && found.length > 0 && (
        <ButtonLink kind="plain" href="/keep">
          {t('keep.title')}
        </ButtonLink>
      )}
      {empty && !view.unreadable && (
        <p class="activity-end soft">{t(asking ? 'activity.none-found' : 'activity.nothing')}</p>
      )}
    </Screen>
  );
}
