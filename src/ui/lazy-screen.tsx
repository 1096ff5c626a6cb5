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
  /** Fetches it ahead of the person, without showing anything. */
  preload(): void;
};

export function lazyScreen(load: () => Promise<ScreenComponent>): LazyScreen {
  const loaded = signal<ScreenComponent | 'missing' | undefined>(undefined);
  let running = false;

  function fetchIt(): void {
    if (running || typeof loaded.peek() === 'function') return;
    running = true;
    loaded.value = undefined;
    Promise.all([load(), loadRestOfTexts(), import('./more-styles.ts')])
      .then(
        ([component]) => {
          loaded.value = component;
        },
        () => {
          loaded.value = 'missing';
        },
      )
      .finally(() => {
        running = false;
      });
  }

  function Component(props: ScreenProps) {
    const Loaded = loaded.value;
    if (typeof Loaded === 'function') return <Loaded {...props} />;
    if (Loaded === undefined) {
      fetchIt();
      return <Screen title={t('part.loading')} back="/" busy />;
    }
    return (
      <Screen
        title={t('part.missing')}
        back="/"
        foot={<Button onClick={fetchIt}>{t('action.retry')}</Button>}
      />
    );
  }

  return { Component, preload: fetchIt };
}
