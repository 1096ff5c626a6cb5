/** Owns drawing codes for a component: the encoder is a chunk of its own, and may have to be fetched. */
import { useEffect, useState } from 'preact/hooks';
import type { QrPath } from './qr-path.ts';

export type Drawing = QrPath | 'missing' | 'too-long';

type Drawn = { readonly texts: readonly string[]; readonly drawings: readonly Drawing[] };

async function draw(texts: readonly string[]): Promise<Drawn> {
  try {
    const { qrPath } = await import('./qr-path.ts');
    return { texts, drawings: texts.map((text) => qrPath(text) ?? 'too-long') };
  } catch {
    return { texts, drawings: texts.map(() => 'missing') };
  }
}

/** One drawing for each text, drawn once; undefined until they are. `texts` must be memoised. */
export function useQrDrawings(texts: readonly string[]): readonly Drawing[] | undefined {
  const [drawn, setDrawn] = useState<Drawn>();
  useEffect(() => {
    let current = true;
    void draw(texts).then((done) => {
      if (current) setDrawn(done);
    });
    return () => {
      current = false;
    };
  }, [texts]);
  // A drawing of another text must not be shown for a moment: somebody may be scanning it.
  return drawn?.texts === texts ? drawn.drawings : undefined;
}
