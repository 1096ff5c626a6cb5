/** Owns the frame of a screen: heading, way back, one main action at the bottom, focus on arrival. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { goBack } from '../router.ts';
import { t } from '../text/text.ts';
import { IconBack } from './draw-icon.tsx';

type ScreenProps = {
  /** Heading and document title. */
  readonly title: string;
  /** Where Back leads when the person came here directly; no Back without it. */
  readonly back?: string;
  /** Stands in the bar where the heading is a quiet one. */
  readonly lead?: ComponentChildren;
  /** Beside the heading, at the end. */
  readonly aside?: ComponentChildren;
  /** Stands at the bottom and stays there: the screen's main action. */
  readonly foot?: ComponentChildren;
  /** The stock this screen is printed on. */
  readonly tone?: 'plain' | 'pay' | 'receive';
  readonly busy?: boolean;
  /** The heading is for listeners only; something else is the heading for the eye. */
  readonly quietTitle?: boolean;
  readonly class?: string;
  readonly children?: ComponentChildren;
};

/** The very first screen leaves the focus to the browser; every later one takes it to its heading. */
let arrivals = 0;

export function Screen(props: ScreenProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    arrivals += 1;
    if (arrivals === 1) return;
    scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    document.title = `${props.title} · ${t('app.name')}`;
  }, [props.title]);
  return (
    <main
      id="content"
      class={`screen ${props.class ?? ''}`}
      data-tone={props.tone ?? 'plain'}
      aria-busy={props.busy ?? false}
    >
      <header class="bar">
        {props.back !== undefined && (
          <button
            type="button"
            class="bar-button"
            aria-label={t('action.back')}
            onClick={() => goBack(props.back)}
          >
            <IconBack />
          </button>
        )}
        <h1 ref={heading} tabIndex={-1} class={props.quietTitle ? 'unseen' : 'bar-title'}>
          {props.title}
        </h1>
        {props.lead}
        {props.aside}
      </header>
      <div class="body">{props.children}</div>
      {props.foot && <footer class="foot">{props.foot}</footer>}
    </main>
  );
}
