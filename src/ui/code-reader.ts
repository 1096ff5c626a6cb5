/** Owns who reads a picture: the browser's detector while it works, our own thread always. */
import { createNativeReader } from './native-reader.ts';
import { createScannerClient } from './scanner-client.ts';

export type PhotoAnswer =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'not-a-picture' }
  | { readonly kind: 'no-reader' };

export type CodeReader = {
  /** What the camera shows now: a text, null for none, 'no-reader' when nobody is left to look. */
  readCamera(video: HTMLVideoElement): Promise<{ text: string } | null | 'no-reader'>;
  readPhoto(photo: Blob): Promise<PhotoAnswer>;
  stop(): void;
};

/** The browser's detector misses codes ours finds (light on dark, for one): after this, both look. */
const NATIVE_ALONE_MS = 1500;

async function bitmapOf(source: ImageBitmapSource): Promise<ImageBitmap | null> {
  try {
    return await createImageBitmap(source);
  } catch {
    return null;
  }
}

export function createCodeReader(): CodeReader {
  const scanner = createScannerClient();
  const native = createNativeReader();
  let beganMs: number | undefined;
  let turn = 0;

  function nativeFirst(): boolean {
    beganMs ??= performance.now();
    turn += 1;
    return native.usable && (performance.now() - beganMs < NATIVE_ALONE_MS || turn % 2 === 0);
  }

  async function readPicture(picture: ImageBitmap): Promise<PhotoAnswer> {
    const text = native.usable ? await native.read(picture) : null;
    if (text !== null) {
      picture.close();
      return { kind: 'text', text };
    }
    const answer = await scanner.read(picture, 'photo');
    return answer.kind === 'lost' ? { kind: 'no-reader' } : answer;
  }

  return {
    async readCamera(video) {
      if (nativeFirst()) {
        const text = await native.read(video);
        return text === null ? null : { text };
      }
      const picture = await bitmapOf(video);
      if (!picture) return null;
      const answer = await scanner.read(picture, 'camera');
      if (answer.kind === 'text') return { text: answer.text };
      return answer.kind === 'lost' && answer.gaveUp ? 'no-reader' : null;
    },

    async readPhoto(photo) {
      // Twice: the thread may have died since it was last needed, and a photo is not shown again.
      for (let attempt = 1; ; attempt++) {
        const picture = await bitmapOf(photo);
        if (!picture) return { kind: 'not-a-picture' };
        const answer = await readPicture(picture);
        if (answer.kind !== 'no-reader' || attempt === 2) return answer;
      }
    },

    stop: () => scanner.stop(),
  };
}
