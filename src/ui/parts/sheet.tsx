/** Owns the sheet that rises over a screen for one question: a modal dialog, closed by Escape or outside. */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { t } from '../text/text.ts';
import { IconRefused } from './icon.tsx';

type SheetProps = {
  readonly open: boolean;
  readonly title: string;
  readonly onClose: () => void;
  readonly foot?: ComponentChildren;
  readonly children?: ComponentChildren;
};

export function Sheet(props: SheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    if (!element || element.open === props.open) return;
    if (props.open) element.showModal();
    else element.close();
  }, [props.open]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a modal dialog by itself
    <dialog
      ref={dialog}
      class="sheet"
      aria-labelledby={id}
      onClose={props.onClose}
      onClick={(event) => {
        // The backdrop belongs to the dialog element itself, its contents to the box inside.
        if (event.target === dialog.current) dialog.current?.close();
      }}
    >
      <div class="sheet-box">
        <header class="sheet-head">
          <h2 id={id}>{props.title}</h2>
          <button
            type="button"
            class="bar-button"
            aria-label={t('action.close')}
            onClick={() => dialog.current?.close()}
          >
            <IconRefused />
          </button>
        </header>
        {props.children}
        {props.foot && <footer class="sheet-foot">{props.foot}</footer>}
      </div>
    </dialog>
  );
}
