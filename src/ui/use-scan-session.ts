/** Owns tying a scan session to a component: it runs while the component wants it, and never longer. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { CodeReader } from './code-reader.ts';
import { createScanSession, type ScanSession, type ScanState } from './scan-session.ts';

type Scan = {
  readonly video: { readonly current: HTMLVideoElement | null };
  readonly state: ScanState;
  switchCamera(): void;
  retry(): void;
};

export function useScanSession(
  reader: CodeReader,
  active: boolean,
  onText: (text: string) => void,
): Scan {
  const video = useRef<HTMLVideoElement>(null);
  const session = useRef<ScanSession | null>(null);
  const hear = useRef(onText);
  hear.current = onText;
  const [state, setState] = useState<ScanState>({ kind: 'starting' });
  useEffect(() => {
    if (!active || !video.current) return;
    const running = createScanSession({
      video: video.current,
      reader,
      onState: setState,
      onText: (text) => hear.current(text),
    });
    session.current = running;
    running.start();
    return () => {
      running.stop();
      session.current = null;
      setState({ kind: 'paused' });
    };
  }, [active, reader]);
  return {
    video,
    state,
    switchCamera: () => session.current?.switchCamera(),
    retry: () => session.current?.start(),
  };
}
