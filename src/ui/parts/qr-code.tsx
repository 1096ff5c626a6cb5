/** Owns showing a text as a QR code: always dark on light, since many cameras read nothing else. */
import { useEffect, useState } from 'preact/hooks';
import type { QrPath } from '../qr-path.ts';
import { t } from '../text/text.ts';
import '../styles/qr-code.css';

type QrCodeProps = {
  readonly text: string;
  /** What the code is for, for those who do not see it. */
  readonly label: string;
  /** Crossed out: paid, expired, not to be scanned any more. */
  readonly spent?: boolean;
};

type Drawn = { readonly text: string; readonly drawing: QrPath | 'missing' | 'too-long' };

async function draw(text: string): Promise<Drawn> {
  try {
    const { qrPath } = await import('../qr-path.ts');
    return { text, drawing: qrPath(text) ?? 'too-long' };
  } catch {
    return { text, drawing: 'missing' };
  }
}

export function QrCode(props: QrCodeProps) {
  const [drawn, setDrawn] = useState<Drawn>();
  useEffect(() => {
    let current = true;
    void draw(props.text).then((done) => {
      if (current) setDrawn(done);
    });
    return () => {
      current = false;
    };
  }, [props.text]);
  // A drawing of another text must not be shown for a moment: somebody may be scanning it.
  const drawing = drawn?.text === props.text ? drawn.drawing : undefined;
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
