/** Owns putting a text together that is shown as several codes, one after another. */
import { useRef, useState } from 'preact/hooks';
import { type Gathered, gather } from '#protocol/code-parts.ts';
import { readScannedText } from '#protocol/scanned-text.ts';

export type Gathering = {
  /** Undefined while no text is being put together. */
  readonly progress: { readonly have: number; readonly count: number } | undefined;
  /** Passes whole texts on at once, and those in parts when the last part is there. */
  hear(text: string): void;
};

export function useGathering(onText: (text: string) => void): Gathering {
  const before = useRef<Gathered | undefined>(undefined);
  const [progress, setProgress] = useState<Gathering['progress']>();
  return {
    progress,
    hear(text) {
      const scanned = readScannedText(text);
      if (scanned.kind !== 'part') {
        before.current = undefined;
        setProgress(undefined);
        onText(text);
        return;
      }
      const { gathered, text: whole } = gather(before.current, scanned.part);
      before.current = whole === undefined ? gathered : undefined;
      setProgress(
        whole === undefined ? { have: gathered.pieces.size, count: gathered.count } : undefined,
      );
      if (whole !== undefined) onText(whole);
    },
  };
}
