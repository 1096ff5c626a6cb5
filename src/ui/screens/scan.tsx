/** Owns scanning: a code from the camera, a picture or a text becomes a payment to review, or a clear no. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Bytes } from '#protocol/bytes.ts';
import { announce } from '../announce.ts';
import { type CodeReader, createCodeReader, type PhotoAnswer } from '../code-reader.ts';
import type { ScreenProps } from '../lazy-screen.tsx';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { IconPaste, IconPicture } from '../parts/icon-more.tsx';
import { Notice, RefusalNotice } from '../parts/notice.tsx';
import { ReceiptProof } from '../parts/receipt-proof.tsx';
import { ScanCamera } from '../parts/scan-camera.tsx';
import { ScannedPromise } from '../parts/scanned-promise.tsx';
import { Screen } from '../parts/screen.tsx';
import { Sheet } from '../parts/sheet.tsx';
import { navigate } from '../router.ts';
import { type Finding, findingOf } from '../scan-finding.ts';
import { takeSharedPicture } from '../shared-picture.ts';
import { refusalText, t } from '../text/text.ts';
import { useScanSession } from '../use-scan-session.ts';
import '../styles/scan.css';

/** What stands above the camera: why the last text or picture led nowhere. */
type Complaint =
  | Extract<Finding, { kind: 'refused' }>
  | { readonly kind: 'photo-nothing' | 'photo-not-a-picture' | 'no-reader' | 'shared-missing' };

type Shown = {
  readonly kind: 'receipt' | 'authorization';
  readonly bytes: Bytes;
  readonly text: string;
};

/** A code just put away is likely still in front of the camera: not read again for so long. */
const PUT_AWAY_MS = 8_000;

function ComplaintNotice(props: { readonly complaint: Complaint }) {
  const { complaint } = props;
  if (complaint.kind !== 'refused') {
    const key =
      complaint.kind === 'no-reader' ? 'scan.no-reader' : (`scan.${complaint.kind}` as const);
    return (
      <Notice kind="warning" title={t(key)}>
        <p>{t(`${key}-next`)}</p>
      </Notice>
    );
  }
  const { code, scheme, merchant } = complaint;
  if (!scheme) return <RefusalNotice code={code} />;
  const { what, next } = refusalText(code);
  const title = merchant ? t('scan.scheme-of', { scheme, merchant }) : t('scan.scheme', { scheme });
  return (
    <Notice kind="refusal" title={title}>
      <p>{what}</p>
      <p>{next}</p>
    </Notice>
  );
}

function TypeSheet(props: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onText: (text: string) => void;
}) {
  const [text, setText] = useState('');
  const canPaste = typeof navigator.clipboard?.readText === 'function';
  return (
    <Sheet open={props.open} title={t('scan.type-title')} onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          props.onText(text);
        }}
      >
        <Field
          label={t('scan.type-label')}
          hint={t('scan.type-hint')}
          value={text}
          onValue={setText}
          lines={4}
        />
        <div class="scan-pair">
          {canPaste && (
            <Button
              kind="plain"
              icon={<IconPaste />}
              onClick={() => {
                // Refused by the person: the field is still there to paste into.
                navigator.clipboard.readText().then(setText, () => undefined);
              }}
            >
              {t('scan.paste')}
            </Button>
          )}
          <Button type="submit" disabled={text.trim() === ''}>
            {t('scan.read')}
          </Button>
        </div>
      </form>
    </Sheet>
  );
}

function PhotoButton(props: { readonly busy: boolean; readonly onPhoto: (photo: Blob) => void }) {
  return (
    <label class="button button-plain scan-photo" aria-busy={props.busy || undefined}>
      <IconPicture />
      <span>{props.busy ? t('scan.photo-reading') : t('scan.photo')}</span>
      <input
        type="file"
        class="unseen"
        accept="image/*"
        disabled={props.busy}
        onChange={(event) => {
          const [photo] = event.currentTarget.files ?? [];
          // The same picture chosen again must be read again.
          event.currentTarget.value = '';
          if (photo) props.onPhoto(photo);
        }}
      />
    </label>
  );
}

function complaintOf(answer: Exclude<PhotoAnswer, { kind: 'text' }>): Complaint {
  return answer.kind === 'no-reader' ? answer : { kind: `photo-${answer.kind}` as const };
}

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
    else setShown({ ...finding, text });
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
