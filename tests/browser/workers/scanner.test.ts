import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { toUtf8 } from '#protocol/bytes.ts';
import { crc16Text } from '#protocol/crc16.ts';
import { type Phone, startPhone, throttle } from '../../support/browser.ts';
import { film } from './code-film.ts';
import { drawCode, drawNothing, type Picture, type Scene } from './code-pictures.ts';
import { type LabServer, serveLab } from './scanner-lab.ts';

const REQUEST =
  '00020126720016APP.COUNTERFOIL01260123456789ABCDEFGHJKMNPQRS02160123456789ABCDEF040801234567' +
  '52045812530397854041.255802CI5905MARIE6007ABIDJAN63041A2B';
const OTHER = REQUEST.replace('MARIE', 'OUMAR');

let lab: LabServer;
let phone: Phone;
let camera: string;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cf-camera-'));

beforeAll(async () => {
  camera = path.join(folder, 'camera.y4m');
  film(camera, [drawNothing()]);
  lab = await serveLab();
  phone = await startPhone({ camera });
});

afterAll(async () => {
  await phone?.close();
  await lab?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** A fresh page of the lab on this phone; the camera shows these pictures from now on. */
async function open(pictures: readonly Picture[], prepare?: (page: Page) => Promise<unknown>) {
  film(camera, pictures);
  const page = await phone.context.newPage();
  onTestFinished(() => page.close());
  await prepare?.(page);
  await page.goto(`http://localhost:${lab.port}/`);
  return page;
}

const start = (page: Page) => page.evaluate(() => window.lab.start());

/** Waits until a text was read, however often. */
async function textSeen(page: Page, text: string, times = 1): Promise<void> {
  await page.waitForFunction(
    ([wanted, count]) => window.lab.texts.filter((each) => each === wanted).length >= Number(count),
    [text, times] as const,
  );
}

const stateSeen = (page: Page, state: string) =>
  page.waitForFunction((wanted) => window.lab.states.includes(wanted), state);

describe('what the camera sees is read', () => {
  const scenes = {
    'at 640×480': {},
    'at 1280×720': { width: 1280, height: 720, scale: 8 },
    'light on dark': { inverted: true, around: 60 },
    'upside down': { degrees: 180 },
    'turned by 30 degrees': { degrees: 30 },
    'turned by 45 degrees and small': { degrees: 45, scale: 3.5 },
    'from the side': { slant: 0.0008, degrees: 10 },
    'out of focus': { blur: 8 },
    'dim and noisy': { dark: 14, light: 46, around: 30, noise: 9 },
    'faded, in glare': { dark: 170, light: 235, around: 225, noise: 6 },
    'far away, two pixels to a module': { scale: 2.1, degrees: 5 },
    'light on dark, turned and out of focus': {
      inverted: true,
      around: 40,
      degrees: -20,
      blur: 4,
    },
  } as const;

  // One page for all of them: a page and its thread take longer to start than a scene to read.
  let page: Page;
  beforeAll(async () => {
    page = await phone.context.newPage();
    await page.goto(`http://localhost:${lab.port}/`);
  });
  afterAll(() => page?.close());

  /** What was on the way from the scene before it has another text. */
  async function isRead(text: string, scene: Scene): Promise<void> {
    film(camera, [drawCode(text, scene)]);
    await page.evaluate(() => {
      window.lab.forget();
      window.lab.start();
    });
    await textSeen(page, text);
    expect(await page.evaluate(() => window.lab.texts)).toEqual([text]);
    await page.evaluate(() => window.lab.stop());
  }

  test.each(Object.entries(scenes))('%s', (name, scene) =>
    isRead(REQUEST.slice(0, -4) + crc16Text(toUtf8(name)), scene),
  );

  test('a code of 486 bytes (version 17-M) at 640×480', () =>
    isRead(`CFA:${'A7K2:$'.repeat(121)}`, { scale: 4.6 }));

  test.each([
    ['out of focus', scenes['out of focus']],
    ['dim and noisy', scenes['dim and noisy']],
  ])('%s, by a page that is six times as slow (F75)', async (_name, scene) => {
    const slow = await open([drawCode(REQUEST, scene)]);
    await throttle(slow, { cpu: 6 });
    await start(slow);
    await textSeen(slow, REQUEST);
  });

  test('one code after another, each told once', async () => {
    const page = await open([drawCode(REQUEST), drawNothing(), drawCode(OTHER), drawNothing()]);
    await start(page);
    await textSeen(page, REQUEST);
    await textSeen(page, OTHER);
    const texts = await page.evaluate(() => window.lab.texts);
    expect(texts.every((text, i) => text !== texts[i - 1])).toBe(true);
  });
});

describe('the thread may die', () => {
  const bitmap = `new Promise((resolve) => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 64;
    canvas.getContext('2d').fillRect(0, 0, 64, 64);
    resolve(createImageBitmap(canvas));
  })`;
  const readBlank = `${bitmap}.then((picture) => window.lab.readWithThread(picture))`;

  test('while it scans: another takes over and goes on reading', async () => {
    const page = await open([drawCode(REQUEST), drawCode(OTHER)]);
    await start(page);
    await textSeen(page, REQUEST);
    const [thread] = page.workers();
    const gone = new Promise((resolve) => thread?.once('close', resolve));
    await thread?.evaluate(() => void setTimeout(() => self.close(), 0));
    const seen = await page.evaluate(() => window.lab.texts.length);
    await page.waitForFunction((before) => window.lab.texts.length > before + 1, seen);
    await gone;
    expect(await page.evaluate(() => window.lab.states)).toEqual(['starting', 'looking']);
  });

  test('a call to a dead thread ends as lost, and the next one gets a new thread', async () => {
    const page = await open([drawNothing()]);
    expect(await page.evaluate(readBlank)).toBe('nothing');
    await page.workers()[0]?.evaluate(() => void setTimeout(() => self.close(), 0));
    const answers = [await page.evaluate(readBlank), await page.evaluate(readBlank)];
    expect(answers).toContain('lost');
    expect(await page.evaluate(readBlank)).toBe('nothing');
  });

  test('a thread that can never start is given up, not tried for ever', async () => {
    const page = await open([drawNothing()], (fresh) =>
      fresh.route('**/scanner-*.js', (route) => route.abort()),
    );
    const answers: unknown[] = [];
    for (let call = 0; call < 4; call++) answers.push(await page.evaluate(readBlank));
    expect(answers).toEqual(['lost', 'lost', 'gave up', 'gave up']);
  });
});

describe('the browser’s own detector is used until its first failure', () => {
  /** Puts a detector into the page whose `detect` does this; its calls are counted. */
  const withDetector =
    (body: string, formats = "['qr_code']") =>
    (page: Page) =>
      page.addInitScript(`
      window.detections = 0;
      globalThis.BarcodeDetector = class {
        static getSupportedFormats() { return Promise.resolve(${formats}); }
        detect() { window.detections += 1; ${body} }
      };`);
  const detections = (page: Page) => page.evaluate<number>('window.detections');

  test('it finds: no thread is started', async () => {
    const found = `return Promise.resolve([{ rawValue: 'FROM THE BROWSER' }]);`;
    const page = await open([drawCode(REQUEST)], withDetector(found));
    await start(page);
    await textSeen(page, 'FROM THE BROWSER');
    expect(page.workers()).toEqual([]);
  });

  test('it throws: the thread reads, and it is not asked again', async () => {
    const page = await open(
      [drawCode(REQUEST), drawCode(OTHER)],
      withDetector(`return Promise.reject(new DOMException('service unavailable'));`),
    );
    await start(page);
    await textSeen(page, REQUEST);
    await textSeen(page, OTHER, 2);
    expect(await detections(page)).toBe(1);
  });

  test('it hangs: the watchdog ends it', async () => {
    const page = await open([drawCode(REQUEST)], withDetector('return new Promise(() => {});'));
    await start(page);
    await textSeen(page, REQUEST);
    expect(await detections(page)).toBe(1);
  });

  test('its service hangs before it can be asked', async () => {
    const page = await open([drawCode(REQUEST)], (fresh) =>
      fresh.addInitScript(`globalThis.BarcodeDetector = class {
        static getSupportedFormats() { return new Promise(() => {}); }
      };`),
    );
    await start(page);
    await textSeen(page, REQUEST);
  });

  test('it reads no QR codes at all', async () => {
    const page = await open([drawCode(REQUEST)], withDetector('', "['ean_13']"));
    await start(page);
    await textSeen(page, REQUEST);
    expect(await detections(page)).toBe(0);
  });

  test('it sees nothing where there is something: the thread looks too', async () => {
    const page = await open(
      [drawCode(REQUEST, { inverted: true })],
      withDetector('return Promise.resolve([]);'),
    );
    await start(page);
    await textSeen(page, REQUEST);
    expect(await detections(page)).toBeGreaterThan(1);
  });
});

describe('the camera is on only while somebody looks', () => {
  /** Keeps hold of every track the page is given. */
  const watchTracks = (page: Page) =>
    page.addInitScript(`
      window.tracks = [];
      const { mediaDevices } = navigator;
      const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
      mediaDevices.getUserMedia = async (wish) => {
        window.asked = (window.asked ?? 0) + 1;
        const stream = await getUserMedia(wish);
        window.tracks.push(...stream.getTracks());
        return stream;
      };`);
  const tracks = (page: Page) =>
    page.evaluate<string[]>('window.tracks.map((track) => track.readyState)');
  // Headless pages are never hidden by another tab, so the page is told that it is.
  const setVisibility = (page: Page, state: 'hidden' | 'visible') =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, value });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);

  test('hidden lets it go, visible takes it back, again and again', async () => {
    const page = await open([drawNothing()], watchTracks);
    await start(page);
    await stateSeen(page, 'looking');
    for (let round = 1; round <= 3; round++) {
      await setVisibility(page, 'hidden');
      expect(new Set(await tracks(page))).toEqual(new Set(['ended']));
      film(camera, [drawCode(round === 3 ? REQUEST : OTHER)]);
      await setVisibility(page, 'visible');
      await page.waitForFunction(
        (count) => window.lab.states.filter((state) => state === 'looking').length === count,
        round + 1,
      );
      expect((await tracks(page)).filter((state) => state === 'live')).toHaveLength(1);
    }
    await textSeen(page, REQUEST);
    await page.evaluate(() => window.lab.stop());
    expect(new Set(await tracks(page))).toEqual(new Set(['ended']));
  });

  test('hidden while the person is being asked: the late camera is closed at once', async () => {
    const page = await open([drawNothing()], watchTracks);
    await start(page);
    await setVisibility(page, 'hidden');
    await page.waitForFunction('window.tracks.length > 0');
    await page.waitForFunction(`window.tracks.every((track) => track.readyState === 'ended')`);
    expect(await page.evaluate(() => window.lab.states)).toEqual(['starting', 'paused']);
  });

  test('taken away by the device: it is opened anew', async () => {
    const page = await open([drawCode(REQUEST)], watchTracks);
    await start(page);
    await stateSeen(page, 'looking');
    await page.evaluate(
      `window.tracks[0].stop(); window.tracks[0].dispatchEvent(new Event('ended'));`,
    );
    await page.waitForFunction('window.asked === 2');
    await textSeen(page, REQUEST);
  });
});

describe('why there is no picture is said', () => {
  const refusing = (name: string) => (page: Page) =>
    page.addInitScript(`navigator.mediaDevices.getUserMedia = () =>
      Promise.reject(new DOMException('stubbed', '${name}'));`);
  test.each([
    ['NotFoundError', 'fault no-camera'],
    ['NotReadableError', 'fault in-use'],
    ['NotAllowedError', 'fault denied'],
  ])('%s', async (name, state) => {
    const page = await open([drawNothing()], refusing(name));
    await start(page);
    await stateSeen(page, state);
  });

  test('a person who refuses the camera', async () => {
    const refusing = await startPhone({
      permissions: ['background-sync'],
      flags: ['--use-fake-device-for-media-stream'],
    });
    onTestFinished(() => refusing.close());
    const page = await refusing.context.newPage();
    await page.goto(`http://localhost:${lab.port}/`);
    await start(page);
    await stateSeen(page, 'fault denied');
  });

  test('an address that is not secure', async () => {
    const plain = await startPhone({ flags: [`--host-resolver-rules=MAP plain.test 127.0.0.1`] });
    onTestFinished(() => plain.close());
    const page = await plain.context.newPage();
    await page.goto(`http://plain.test:${lab.port}/`);
    await start(page);
    await stateSeen(page, 'fault insecure');
  });
});

describe('a photo is read', () => {
  /** Puts the code's picture into a larger photo, at this place. */
  async function photoText(page: Page, picture: Picture, width: number, height: number, at = 0) {
    return page.evaluate(
      async ([luma, w, h, photoWidth, photoHeight, place]) => {
        const canvas = document.createElement('canvas');
        canvas.width = photoWidth;
        canvas.height = photoHeight;
        const context = canvas.getContext('2d');
        if (!context) throw new Error('no canvas');
        context.fillStyle = '#8a8a8a';
        context.fillRect(0, 0, photoWidth, photoHeight);
        const pixels = context.createImageData(w, h);
        const bytes = Uint8Array.from(atob(luma), (character) => character.charCodeAt(0));
        for (let i = 0; i < bytes.length; i++) {
          pixels.data.set([bytes[i] ?? 0, bytes[i] ?? 0, bytes[i] ?? 0, 255], i * 4);
        }
        context.putImageData(pixels, place * (photoWidth - w), place * (photoHeight - h));
        const photo = await new Promise<Blob | null>((resolve) =>
          canvas.toBlob(resolve, 'image/jpeg', 0.7),
        );
        return window.lab.readPhoto(photo ?? new Blob());
      },
      [
        Buffer.from(picture.luma).toString('base64'),
        picture.width,
        picture.height,
        width,
        height,
        at,
      ] as const,
    );
  }

  test('of twelve megapixels with a small code in its corner', async () => {
    const page = await open([drawNothing()]);
    const code = drawCode(REQUEST, { width: 300, height: 300, scale: 4 });
    expect(await photoText(page, code, 4000, 3000, 0.95)).toBe(REQUEST);
  });

  test('a screenshot that is nothing but a tiny code', async () => {
    const page = await open([drawNothing()]);
    const code = drawCode(REQUEST, { width: 120, height: 120, scale: 2 });
    expect(await photoText(page, code, 120, 120)).toBe(REQUEST);
  });

  test('without a code: nothing', async () => {
    const page = await open([drawNothing()]);
    expect(await photoText(page, drawNothing(400, 300), 3000, 2000)).toBe('nothing');
  });

  test('a file that is no picture is named as such', async () => {
    const page = await open([drawNothing()]);
    const answer = await page.evaluate(() => window.lab.readPhoto(new Blob(['%PDF-1.7'])));
    expect(answer).toBe('not-a-picture');
  });
});
