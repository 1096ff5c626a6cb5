/** Owns one stretch of scanning: the camera is on while somebody looks, and only then. */
import { type Camera, type CameraFault, openCamera } from './camera.ts';
import type { CodeReader } from './code-reader.ts';
import { nextPicture } from './next-picture.ts';

export type ScanState =
  | { readonly kind: 'starting' }
  | { readonly kind: 'looking'; readonly camera: Camera }
  /** Nobody looks: the camera is off until the page is visible again. */
  | { readonly kind: 'paused' }
  | { readonly kind: 'fault'; readonly fault: CameraFault | 'no-reader' };

export type ScanSession = {
  start(): void;
  /** Goes to the next camera of this device. */
  switchCamera(): void;
  /** Lets go of the camera; the session is over. The reader is its owner's to stop. */
  stop(): void;
};

export type ScanParts = {
  readonly video: HTMLVideoElement;
  readonly reader: CodeReader;
  onState(state: ScanState): void;
  /** Called for each code; for the same text again only after a while. */
  onText(text: string): void;
};

// Between two readings at least this long, and at least as long as the last one took: half a core.
const REST_MS_MIN = 100;
const SAME_TEXT_MS = 4000;
/** No picture for this long from a camera that claims to run (iOS after a pause): open it anew. */
const STALL_MS = 4000;
const REOPENINGS_MAX = 3;

const rest = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** The same code stays in view for many pictures; it is news once. */
function once(onText: (text: string) => void): (text: string) => void {
  let last = { text: '', atMs: 0 };
  return (text) => {
    const nowMs = performance.now();
    const again = text === last.text && nowMs - last.atMs < SAME_TEXT_MS;
    last = { text, atMs: nowMs };
    if (!again) onText(text);
  };
}

type Ending = 'left' | 'stalled' | 'no-reader';

async function look(
  { video, reader }: ScanParts,
  tell: (text: string) => void,
  current: () => boolean,
): Promise<Ending> {
  while (current()) {
    const came = await nextPicture(video, STALL_MS);
    if (!current()) break;
    if (!came) return 'stalled';
    const beganMs = performance.now();
    const found = await reader.readCamera(video);
    if (!current()) break;
    if (found === 'no-reader') return found;
    if (found) tell(found.text);
    await rest(Math.max(REST_MS_MIN, performance.now() - beganMs));
  }
  return 'left';
}

export function createScanSession(parts: ScanParts): ScanSession {
  const { video, onState } = parts;
  const tell = once(parts.onText);
  /** Every opening and closing makes a new one; what belongs to an older one ends by itself. */
  let stretch = 0;
  let camera: Camera | null = null;
  let deviceId: string | undefined;

  function release(): void {
    stretch += 1;
    camera?.close();
    camera = null;
    video.srcObject = null;
  }

  function fail(fault: CameraFault | 'no-reader'): void {
    release();
    onState({ kind: 'fault', fault });
  }

  async function run(opened: Camera, current: () => boolean): Promise<Ending> {
    video.srcObject = opened.stream;
    try {
      await video.play();
    } catch {
      return current() ? 'stalled' : 'left';
    }
    if (current()) onState({ kind: 'looking', camera: opened });
    return look(parts, tell, current);
  }

  async function open(reopenings: number): Promise<void> {
    release();
    const mine = stretch;
    const current = () => mine === stretch;
    const reopen = (fault: CameraFault) =>
      reopenings < REOPENINGS_MAX ? void open(reopenings + 1) : fail(fault);
    onState({ kind: 'starting' });
    const answer = await openCamera(deviceId);
    if (!current()) {
      // Left or hidden while the person was being asked: a camera nobody watches must not stay on.
      if (answer.ok) answer.camera.close();
      return;
    }
    if (!answer.ok) return fail(answer.fault);
    camera = answer.camera;
    camera.onEnded(() => {
      if (current()) reopen('in-use');
    });
    const ending = await run(camera, current);
    if (ending === 'stalled') reopen('failed');
    else if (ending === 'no-reader') fail(ending);
  }

  function followVisibility(): void {
    if (document.visibilityState === 'hidden') {
      release();
      onState({ kind: 'paused' });
    } else {
      void open(0);
    }
  }

  return {
    start() {
      document.addEventListener('visibilitychange', followVisibility);
      followVisibility();
    },
    switchCamera() {
      deviceId = camera?.others[0] ?? deviceId;
      void open(0);
    },
    stop() {
      document.removeEventListener('visibilitychange', followVisibility);
      release();
    },
  };
}
