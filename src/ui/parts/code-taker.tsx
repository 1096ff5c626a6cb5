/** Owns the three ways a code comes in: camera, picture, text. What to do with it is the screen's matter. */
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { createCodeReader } from '../code-reader.ts';
import type { Complaint } from '../scan-words.ts';
import { t } from '../text/text.ts';
import { useGathering } from '../use-gathering.ts';
import { usePhotos } from '../use-photos.ts';
import { useScanSession } from '../use-scan-session.ts';
import { Button } from './button.tsx';
import { IconPaste } from './icon-more.tsx';
import { PhotoButton, TypeSheet } from './scan-by-hand.tsx';
import { ScanCamera } from './scan-camera.tsx';
import { ComplaintNotice } from './scan-complaint.tsx';
import '../styles/scan.css';

/** A code just put away is likely still in front of the camera: not read again for so long. */
const PUT_AWAY_MS = 8_000;

type TakerProps = {
  /** The camera looks; false while something else is on the screen. */
  readonly active: boolean;
  /** Another app shared a picture. */
  readonly shared?: boolean;
  readonly complaint: Complaint | undefined;
  readonly onText: (text: string) => void;
  readonly onComplaint: (complaint: Complaint) => void;
};

export type CodeTaker = {
  readonly view: ComponentChildren;
  readonly foot: ComponentChildren;
  /** What came of this text has been put away: while it is still in sight it is no news. */
  putAway(text: string): void;
};

export function useCodeTaker(props: TakerProps): CodeTaker {
  const { onText, complaint } = props;
  const reader = useMemo(createCodeReader, []);
  useEffect(() => () => reader.stop(), [reader]);
  const [typing, setTyping] = useState(false);
  const gathering = useGathering(onText);
  const away = useRef({ text: '', atMs: 0 });
  const photos = usePhotos(reader, props.shared ?? false, gathering.hear, props.onComplaint);
  const seen = (text: string) => {
    const { text: last, atMs } = away.current;
    if (text !== last || performance.now() - atMs > PUT_AWAY_MS) gathering.hear(text);
  };
  const scan = useScanSession(reader, !typing && props.active && !photos.busy, seen);
  const { progress } = gathering;
  return {
    putAway(text) {
      away.current = { text, atMs: performance.now() };
    },
    foot: (
      <div class="scan-pair">
        <PhotoButton busy={photos.busy} onPhoto={(photo) => void photos.read(photo)} />
        <Button kind="plain" icon={<IconPaste />} onClick={() => setTyping(true)}>
          {t('scan.type')}
        </Button>
      </div>
    ),
    view: (
      <>
        {complaint && <ComplaintNotice complaint={complaint} />}
        {progress && (
          <p class="scan-parts" role="status">
            {t('scan.parts', progress)}
          </p>
        )}
        <ScanCamera
          video={scan.video}
          state={scan.state}
          onSwitch={scan.switchCamera}
          onRetry={scan.retry}
        />
        <TypeSheet
          open={typing}
          onClose={() => setTyping(false)}
          onText={(text) => {
            setTyping(false);
            gathering.hear(text);
          }}
        />
      </>
    ),
  };
}
