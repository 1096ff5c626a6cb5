/** Owns the camera's view: the picture, the corners to aim with, light, zoom, and what to do without it. */
import { useEffect, useState } from 'preact/hooks';
import type { Camera } from '../camera.ts';
import type { ScanState } from '../scan-session.ts';
import { t } from '../text/text.ts';
import { Button } from './button.tsx';
import { drawIcon } from './draw-icon.tsx';
import { IconTorch } from './icon-more.tsx';
import { Notice } from './notice.tsx';

const IconSwitch = drawIcon(
  'M4 9.500A8 8 0 0 1 18.500 7.500M20 14.500A8 8 0 0 1 5.500 16.500M19 3.500v4.500h-4.500M5 20.500V16h4.500',
);

type ScanCameraProps = {
  readonly video: { readonly current: HTMLVideoElement | null };
  readonly state: ScanState;
  readonly onSwitch: () => void;
  readonly onRetry: () => void;
};

function Torch(props: { readonly camera: Camera }) {
  const [on, setOn] = useState(false);
  return (
    <button
      type="button"
      class="scan-tool"
      aria-pressed={on}
      aria-label={t('scan.torch')}
      onClick={() => {
        const next = !on;
        void props.camera.setTorch(next).then((done) => {
          if (done) setOn(next);
        });
      }}
    >
      <IconTorch />
    </button>
  );
}

function ZoomSlider(props: { readonly camera: Camera }) {
  const { zoom } = props.camera;
  const [value, setValue] = useState(zoom?.value ?? 1);
  if (!zoom) return null;
  return (
    <label class="scan-zoom">
      <span class="unseen">{t('scan.zoom')}</span>
      <input
        type="range"
        min={zoom.min}
        max={zoom.max}
        step={zoom.step}
        value={value}
        onInput={(event) => {
          const next = event.currentTarget.valueAsNumber;
          setValue(next);
          void props.camera.setZoom(next);
        }}
      />
    </label>
  );
}

function Tools(props: { readonly camera: Camera; readonly onSwitch: () => void }) {
  const { camera } = props;
  return (
    <>
      <div class="scan-tools">
        {camera.hasTorch && <Torch camera={camera} />}
        {camera.others.length > 0 && (
          <button
            type="button"
            class="scan-tool"
            aria-label={t('scan.switch')}
            onClick={props.onSwitch}
          >
            <IconSwitch />
          </button>
        )}
      </div>
      <ZoomSlider camera={camera} />
    </>
  );
}

const STATUS = {
  starting: 'scan.starting',
  looking: 'scan.looking',
  paused: 'scan.paused',
} as const;

/** After a moment of starting, the phone is likely to be asking: say what for. */
function useAsking(state: ScanState): boolean {
  const [asking, setAsking] = useState(false);
  useEffect(() => {
    setAsking(false);
    if (state.kind !== 'starting') return;
    const timer = setTimeout(() => setAsking(true), 900);
    return () => clearTimeout(timer);
  }, [state.kind]);
  return asking;
}

export function ScanCamera(props: ScanCameraProps) {
  const { state } = props;
  const asking = useAsking(state);
  const fault = state.kind === 'fault' ? state.fault : undefined;
  return (
    <>
      <div class="scan-view" data-state={state.kind} hidden={fault !== undefined}>
        <video
          ref={props.video}
          class="scan-video"
          muted
          playsInline
          disablePictureInPicture
          aria-label={t('scan.view')}
          tabIndex={-1}
        />
        <div class="scan-corners" aria-hidden="true" />
        {state.kind === 'looking' && <Tools camera={state.camera} onSwitch={props.onSwitch} />}
        <p class="scan-status" role="status">
          {state.kind !== 'fault' && t(asking ? 'scan.asking' : STATUS[state.kind])}
        </p>
      </div>
      {fault && (
        <Notice
          kind="warning"
          title={t(`scan.${fault}`)}
          action={
            <Button kind="quiet" onClick={props.onRetry}>
              {t('action.retry')}
            </Button>
          }
        >
          <p>{t(`scan.${fault}-next`)}</p>
        </Notice>
      )}
    </>
  );
}
