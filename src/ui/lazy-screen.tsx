/** Owns loading a screen with its texts when it is first needed, and saying so when it cannot be had. */
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { Button } from './parts/button.tsx';
import { Screen } from './parts/screen.tsx';
import type { Params } from './router.ts';
import { loadRestOfTexts, t } from './text/text.ts';

export type ScreenProps = { readonly params: Params; readonly query: URLSearchParams };
export type ScreenComponent = ComponentType<ScreenProps>;

export type LazyScreen = {
  readonly Component: ScreenComponent;
  /** Fetches it ahead of the person, without showing anything. Never rejects. */
  preload(): Promise<void>;
};

/** What all screens but the first ones need besides their own code. */
function loadRest(): Promise<unknown> {
  return Promise.all([loadRestOfTexts(), import('./more-styles.ts')]);
}

export function lazyScreen(
  load: () => Promise<ScreenComponent>,
  rest: () => Promise<unknown> = loadRest,
): LazyScreen {
  const loaded = signal<ScreenComponent | 'missing' | undefined>(undefined);
  let running: Promise<void> | undefined;

  function fetchIt(): Promise<void> {
    if (typeof loaded.peek() === 'function') return Promise.resolve();
    running ??= Promise.all([load(), rest()])
      .then(
        ([component]) => {
          loaded.value = component;
        },
        () => {
          loaded.value = 'missing';
        },
      )
      .finally(() => {
        running = undefined;
      });
    return running;
  }

  function again(): void {
    loaded.value = undefined;
    void fetchIt();
  }

  function Component(props: ScreenProps) {
    const Loaded = loaded.value;
    if (typeof Loaded === 'function') return <Loaded {...props} />;
    if (Loaded === undefined) {
      void fetchIt();
      return <Screen title={t('part.loading')} back="/" busy />;
    }
    return (
      <Screen
        title={t('part.missing')}
        back="/"
        foot={<Button onClick={again}>{t('action.retry')}</Button>}
      />
    );
  }

  return { Component, preload: fetchIt };
}
