/** Owns what is shown when a screen breaks: a fault is a bug of ours, and no money moves by it. */
import { Component, type ComponentChildren } from 'preact';
import { Button } from './parts/button.tsx';
import { Screen } from './parts/screen.tsx';
import { t } from './text/text.ts';

type State = { readonly fault?: unknown };

export class FaultBoundary extends Component<{ readonly children: ComponentChildren }, State> {
  override state: State = {};

  static override getDerivedStateFromError(fault: unknown): State {
    return { fault };
  }

  override render() {
    const { fault } = this.state;
    if (fault === undefined) return this.props.children;
    return (
      <Screen
        title={t('fault.title')}
        foot={<Button onClick={() => location.assign('/')}>{t('fault.again')}</Button>}
      >
        <p>{t('fault.text')}</p>
        <p class="print soft">{String(fault)}</p>
      </Screen>
    );
  }
}
