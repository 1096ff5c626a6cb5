/** Owns a code that fills the screen for another phone: white to every edge, lit, and kept awake. */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useMemo, useRef } from 'preact/hooks';
import { codeFrames } from '../code-frames.ts';
import { t } from '../text/text.ts';
import { useAwake } from '../use-awake.ts';
import { useCodeTurn } from '../use-code-turn.ts';
import { useQrDrawings } from '../use-qr-drawing.ts';
import { IconRefused } from './icon.tsx';
import { QrSymbol } from './qr-code.tsx';
import '../styles/code-sheet.css';

type CodeSheetProps = {
  readonly text: string;
  readonly title: string;
  /** What the code is for, for those who do not see it. */
  readonly label: string;
  readonly onClose: () => void;
  /** Not to be scanned any more; `children` say why. */
  readonly spent?: boolean;
  readonly children?: ComponentChildren;
};

/** The code, or its parts in turn. */
function Frames(props: CodeSheetProps) {
  const frames = useMemo(() => codeFrames(props.text), [props.text]);
  const drawings = useQrDrawings(frames);
  const count = frames.length;
  const { place, next } = useCodeTurn(count);
  return (
    <>
      <QrSymbol drawing={drawings?.[place]} label={props.label} spent={props.spent ?? false} />
      {count > 1 && (
        <p class="code-sheet-turn">
          {/* Said once: a listener cannot follow three parts a second. */}
          <span aria-hidden={next ? undefined : 'true'}>
            {t('code.part', { place: place + 1, count })}
          </span>
          {next && (
            <button type="button" onClick={next}>
              {t('code.next')}
            </button>
          )}
        </p>
      )}
    </>
  );
}

/** Mounted while it is open. The page cannot turn up the light itself, so it says who can. */
export function CodeSheet(props: CodeSheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useAwake(!props.spent);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="code-sheet" aria-labelledby={id} onClose={props.onClose}>
      <header class="code-sheet-head">
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
      <Frames {...props} />
      <div class="code-sheet-words">
        {props.children}
        {!props.spent && <p class="small">{t('code.bright')}</p>}
      </div>
    </dialog>
  );
}
