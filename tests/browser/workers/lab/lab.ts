// A page around the real scanning code and nothing else, so that its tests need no wallet and no server.
import { createCodeReader } from '#ui/code-reader.ts';
import { createScanSession, type ScanState } from '#ui/scan-session.ts';
import { createScannerClient } from '#ui/scanner-client.ts';

export type Lab = {
  start(): void;
  stop(): void;
  /** Texts and states so far. */
  forget(): void;
  readPhoto(photo: Blob): Promise<string>;
  /** Reads with the thread alone, under limits short enough for a test. */
  readWithThread(picture: ImageBitmap): Promise<string>;
  readonly states: readonly string[];
  readonly texts: readonly string[];
};

declare global {
  interface Window {
    lab: Lab;
  }
}

const video = document.querySelector('video');
if (!video) throw new Error('the lab has no video');

const states: string[] = [];
const texts: string[] = [];
const reader = createCodeReader();
const impatient = createScannerClient({
  startMs: 5000,
  cameraMs: 500,
  photoMs: 2000,
  lossesMax: 3,
});

function nameOf(state: ScanState): string {
  return state.kind === 'fault' ? `fault ${state.fault}` : state.kind;
}

const session = createScanSession({
  video,
  reader,
  onState: (state) => states.push(nameOf(state)),
  onText: (text) => texts.push(text),
});

window.lab = {
  start: () => session.start(),
  stop: () => session.stop(),
  forget() {
    states.length = 0;
    texts.length = 0;
  },
  async readPhoto(photo) {
    const answer = await reader.readPhoto(photo);
    return answer.kind === 'text' ? answer.text : answer.kind;
  },
  async readWithThread(picture) {
    const answer = await impatient.read(picture, 'camera');
    if (answer.kind === 'text') return answer.text;
    return answer.kind === 'lost' && answer.gaveUp ? 'gave up' : answer.kind;
  },
  states,
  texts,
};
