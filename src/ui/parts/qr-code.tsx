/** Owns showing a text as a QR code: always dark on light, since many cameras read nothing else. */
import { useMemo } from 'preact/hooks';
import { t } from '../text/text.ts';
import { type Drawing, useQrDrawings } from '../use-qr-drawing.ts';
import '../styles/qr-code.css';

type SymbolProps = {
  /** Undefined while it is being drawn: its place is kept. */
  readonly drawing: Drawing | undefined;
  /** What the code is for, for those who do not see it. */
  readonly label: string;
  /** Crossed out: paid, expired, not to be scanned any more. */
  readonly spent?: boolean;
};

export function QrSymbol(props: SymbolProps) {
  const { drawing } = props;
  if (typeof drawing === 'string') {
    return (
      <p class="qr qr-missing">{drawing === 'missing' ? t('part.missing') : t('qr.too-long')}</p>
    );
  }
  return (
    <div class="qr" data-spent={props.spent ? 'true' : undefined}>
      {drawing && (
        <svg
          class="qr-symbol"
          role="img"
          aria-label={props.label}
          viewBox={`0 0 ${drawing.size} ${drawing.size}`}
          shape-rendering="crispEdges"
        >
          <path fill="#fff" d={`M0 0h${drawing.size}v${drawing.size}h-${drawing.size}z`} />
          <path fill="#000" d={drawing.path} />
        </svg>
      )}
    </div>
  );
}

/** A code within a screen. One that another phone must read at once fills the screen: code-sheet.tsx. */
export function QrCode(props: Omit<SymbolProps, 'drawing'> & { readonly text: string }) {
  const texts = useMemo(() => [props.text], [props.text]);
  return (
    <QrSymbol
      drawing={useQrDrawings(texts)?.[0]}
      label={props.label}
      spent={props.spent ?? false}
    />
  );
}
