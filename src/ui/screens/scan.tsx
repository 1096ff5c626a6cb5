/** Owns scanning: a code from the camera, a picture or a text becomes a payment to review, or a clear no. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Bytes } from '#protocol/bytes.ts';
import { announce } from '../announce.ts';
import { type CodeReader, createCodeReader } from '../code-reader.ts';
import type { ScreenProps } from '../lazy-screen.tsx';
import { Button } from '../parts/button.tsx';
import { IconPaste } from '../parts/icon-more.tsx';
import { ReceiptProof } from '../parts/receipt-proof.tsx';
import { PhotoButton, TypeSheet } from '../parts/scan-by-hand.tsx';
import { ScanCamera } from '../parts/scan-camera.tsx';
import { type Complaint, ComplaintNotice, complaintOf } from '../parts/scan-complaint.tsx';
import { ScannedPromise } from '../parts/scanned-promise.tsx';
import { Screen } from '../parts/screen.tsx';
import { Sheet } from '../parts/sheet.tsx';
import { navigate } from '../router.ts';
import { findingOf } from '../scan-finding.ts';
import { takeSharedPicture } from '../shared-picture.ts';
import { t } from '../text/text.ts';
import { useScanSession } from '../use-scan-session.ts';
import '../styles/scan.css';

type Shown = {
  readonly kind: 'receipt' | 'authorization';
  readonly bytes: Bytes;
  readonly text: string;
};

/** A code just put away is likely still in front of the camera: not read again for so long. */
const PUT_AWAY_MS = 8_000;

/** Reads chosen and shared pictures, one at a time. */
function usePhotos(
  reader: CodeReader,
  shared: boolean,
  onText: (text: string) => void,
  onComplaint: (complaint: Complaint) => void,
) {
  const [busy, setBusy] = useState(false);
  const read = async (photo: Blob) => {
    setBusy(true);
    announce(t('scan.photo-reading'));
    const answer = await reader.readPhoto(photo);
    setBusy(false);
    if (answer.kind === 'text') onText(answer.text);
    else onComplaint(complaintOf(answer));
  };
  const latest = useRef(read);
  latest.current = read;
  useEffect(() => {
    if (!shared) return;
    void takeSharedPicture().then((picture) =>
      picture ? latest.current(picture) : onComplaint({ kind: 'shared-missing' }),
    );
  }, [shared]);
  return { busy, read };
}

export function ScanScreen(props: ScreenProps) {
  const shared = props.query.has('shared');
  const reader = useMemo(createCodeReader, []);
  useEffect(() => () => reader.stop(), [reader]);
  const [complaint, setComplaint] = useState<Complaint>();
  const [typing, setTyping] = useState(false);
  const [shown, setShown] = useState<Shown>();

  const take = useCallback((text: string) => {
    const finding = findingOf(text);
    setTyping(false);
    setComplaint(finding.kind === 'refused' ? finding : undefined);
    if (finding.kind === 'refused') return;
    navigator.vibrate?.(60);
    announce(t('scan.found'));
    if (finding.kind === 'pay') navigate(finding.address);
    else if (finding.kind === 'counterfoil' || finding.kind === 'part') {
      setComplaint({ kind: 'refused', code: 'version_unknown' });
    } else setShown({ ...finding, text });
  }, []);

  const putAway = useRef({ text: '', atMs: 0 });
  const close = () => {
    putAway.current = { text: shown?.text ?? '', atMs: performance.now() };
    setShown(undefined);
  };
  const seen = (text: string) => {
    const { text: last, atMs } = putAway.current;
    if (text !== last || performance.now() - atMs > PUT_AWAY_MS) take(text);
  };

  const photos = usePhotos(reader, shared, take, setComplaint);
  const scan = useScanSession(reader, !typing && !shown && !photos.busy, seen);

  return (
    <Screen
      title={t('scan.title')}
      back="/"
      class="scan"
      foot={
        <div class="scan-pair">
          <PhotoButton busy={photos.busy} onPhoto={(photo) => void photos.read(photo)} />
          <Button kind="plain" icon={<IconPaste />} onClick={() => setTyping(true)}>
            {t('scan.type')}
          </Button>
        </div>
      }
    >
      {complaint && <ComplaintNotice complaint={complaint} />}
      <ScanCamera
        video={scan.video}
        state={scan.state}
        onSwitch={scan.switchCamera}
        onRetry={scan.retry}
      />
      <TypeSheet open={typing} onClose={() => setTyping(false)} onText={take} />
      <Sheet
        open={shown !== undefined}
        title={t(shown?.kind === 'authorization' ? 'scan.promise-title' : 'scan.proof-title')}
        onClose={close}
      >
        {shown?.kind === 'receipt' && <ReceiptProof bytes={shown.bytes} />}
        {shown?.kind === 'authorization' && <ScannedPromise bytes={shown.bytes} />}
      </Sheet>
    </Screen>
  );
}
