/** Owns the browser's own BarcodeDetector and the distrust it has earned: the first failure ends its use. */

/** The part of the Shape Detection API we use; TypeScript's own library does not know it. */
type Detector = {
  detect(source: ImageBitmapSource): Promise<readonly { readonly rawValue: string }[]>;
};
type DetectorClass = {
  new (options: { formats: readonly string[] }): Detector;
  getSupportedFormats(): Promise<readonly string[]>;
};

declare global {
  var BarcodeDetector: DetectorClass | undefined;
}

export type NativeReader = {
  /** Null when it sees nothing, or when it is no longer used: `usable` says which. */
  read(source: ImageBitmapSource): Promise<string | null>;
  readonly usable: boolean;
};

/** A healthy detector answers in tens of milliseconds; a broken service never does. */
const WATCHDOG_MS = 1000;

// For good: a service that failed once ("Barcode detection service unavailable") fails again.
let broken = false;

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), WATCHDOG_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function openDetector(): Promise<Detector | null> {
  const Native = globalThis.BarcodeDetector;
  if (!Native || broken) return null;
  try {
    const formats = await inTime(Native.getSupportedFormats());
    return formats.includes('qr_code') ? new Native({ formats: ['qr_code'] }) : null;
  } catch {
    broken = true;
    return null;
  }
}

export function createNativeReader(): NativeReader {
  let detector: Detector | null = null;
  const opening = openDetector().then((opened) => {
    detector = opened;
  });
  return {
    get usable() {
      return detector !== null && !broken;
    },
    async read(source) {
      await opening;
      if (!detector || broken) return null;
      try {
        const codes = await inTime(detector.detect(source));
        return codes.find((code) => code.rawValue !== '')?.rawValue ?? null;
      } catch {
        broken = true;
        return null;
      }
    },
  };
}
