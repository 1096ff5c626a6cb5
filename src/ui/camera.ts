/** Owns the camera: opening it, what it can do, and letting go of it; faults come as values. */

export type CameraFault = 'denied' | 'no-camera' | 'in-use' | 'insecure' | 'failed';

export type Zoom = {
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly value: number;
};

export type Camera = {
  readonly stream: MediaStream;
  readonly hasTorch: boolean;
  readonly zoom: Zoom | null;
  /** Others of this device, to go to when this one does not focus; ids for `openCamera`. */
  readonly others: readonly string[];
  /** False when the device would not. */
  setTorch(on: boolean): Promise<boolean>;
  setZoom(value: number): Promise<boolean>;
  /** Called once when the device takes the camera away. */
  onEnded(told: () => void): void;
  close(): void;
};

export type CameraAnswer =
  | { readonly ok: true; readonly camera: Camera }
  | { readonly ok: false; readonly fault: CameraFault };

// Image Capture's members, which TypeScript's library leaves out.
type Wish = MediaTrackConstraintSet & {
  readonly torch?: boolean;
  readonly zoom?: number;
  readonly focusMode?: string;
};

/** W3C Media Capture §10.1: what each name of a failed getUserMedia means to a person. */
export function cameraFault(error: unknown): CameraFault {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'no-camera';
  return name === 'NotReadableError' || name === 'AbortError' ? 'in-use' : 'failed';
}

function wanted(deviceId: string | undefined): MediaStreamConstraints {
  const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
  const which = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: 'environment' };
  return { audio: false, video: { ...size, ...which } };
}

async function request(
  devices: MediaDevices,
  deviceId: string | undefined,
): Promise<MediaStream | CameraFault> {
  try {
    return await devices.getUserMedia(wanted(deviceId));
  } catch (error) {
    const fault = cameraFault(error);
    // Some webcams refuse sizes that were only wished for; any picture is better than none.
    if (fault !== 'no-camera' && fault !== 'failed') return fault;
  }
  try {
    return await devices.getUserMedia({ audio: false, video: true });
  } catch (error) {
    return cameraFault(error);
  }
}

function capabilitiesOf(track: MediaStreamTrack): object {
  return typeof track.getCapabilities === 'function' ? track.getCapabilities() : {};
}

function readZoom(capabilities: object, settings: object): Zoom | null {
  if (!('zoom' in capabilities)) return null;
  const range = capabilities.zoom;
  if (typeof range !== 'object' || range === null || !('min' in range && 'max' in range)) {
    return null;
  }
  const { min, max } = range;
  if (typeof min !== 'number' || typeof max !== 'number' || max <= min) return null;
  const step = 'step' in range && typeof range.step === 'number' && range.step > 0 ? range.step : 0;
  const value = 'zoom' in settings && typeof settings.zoom === 'number' ? settings.zoom : min;
  return { min, max, step: step || (max - min) / 20, value };
}

async function otherCameras(devices: MediaDevices, track: MediaStreamTrack): Promise<string[]> {
  try {
    const current = track.getSettings().deviceId;
    const all = await devices.enumerateDevices();
    const ids = all
      .filter((device) => device.kind === 'videoinput')
      .map((device) => device.deviceId);
    const place = ids.indexOf(current ?? '');
    // Beginning after this one, so that asking for the first of them again and again visits all.
    return [...ids.slice(place + 1), ...ids.slice(0, Math.max(place, 0))].filter((id) => id !== '');
  } catch {
    return [];
  }
}

async function apply(track: MediaStreamTrack, wish: Wish): Promise<boolean> {
  try {
    await track.applyConstraints({ advanced: [wish] });
    return true;
  } catch {
    return false;
  }
}

/** Asks the person when they have not been asked; the answer may be long in coming. */
export async function openCamera(deviceId?: string): Promise<CameraAnswer> {
  // Absent outside secure contexts, and there only: a page on plain http can never ask.
  const devices: MediaDevices | undefined = navigator.mediaDevices;
  if (!devices) return { ok: false, fault: isSecureContext ? 'no-camera' : 'insecure' };
  const stream = await request(devices, deviceId);
  if (typeof stream === 'string') return { ok: false, fault: stream };
  const track = stream.getVideoTracks()[0];
  if (!track) return { ok: false, fault: 'no-camera' };
  const capabilities = capabilitiesOf(track);
  if ('focusMode' in capabilities) await apply(track, { focusMode: 'continuous' });
  const camera: Camera = {
    stream,
    hasTorch: 'torch' in capabilities && capabilities.torch === true,
    zoom: readZoom(capabilities, track.getSettings()),
    others: await otherCameras(devices, track),
    setTorch: (on) => apply(track, { torch: on }),
    setZoom: (value) => apply(track, { zoom: value }),
    onEnded: (told) => track.addEventListener('ended', told, { once: true }),
    close() {
      for (const each of stream.getTracks()) each.stop();
    },
  };
  return { ok: true, camera };
}
