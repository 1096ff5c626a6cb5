// A counterfoil on the payer's screen: white around it and dark on light in every theme, and in parts that
// come together again in the payee's camera where it is too long for one code.
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPart } from '#protocol/code-parts.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { type Picture, photograph, readCode, readPng } from '../../support/screen-picture.ts';
import {
  approve,
  button,
  cutOff,
  expectCleanLedger,
  heading,
  link,
  openWallet,
  type Person,
  reconnect,
  scan,
  setAside,
  showCounterfoil,
  showRequest,
  slipSays,
  startPerson,
} from '../../support/wallet-flows.ts';

/** Whole units: amounts that take nine bytes each. */
const MUCH = '100000000';

const LONGEST_NOTE = '😀'.repeat(40);

let server: TestServer;
let payer: Person;
let payee: Person;

beforeAll(async () => {
  const env = { ALLOWANCE_TOTAL_MAX: MUCH, ALLOWANCE_CAP: MUCH };
  [server, payer, payee] = await Promise.all([startServer({ env }), startPerson(), startPerson()]);
  await openWallet(payee, server, { name: 'Mama Ciku', currency: 'KES' });
  await openWallet(payer, server, { name: 'Juma', currency: 'KES', rehearse: true });
  await payer.page.goto(`${server.origin}/settings`);
  const account = await payer.page.locator('.print').first().textContent();
  const fund = ['fund', account?.replaceAll(' ', '') ?? '', `${MUCH}.00`, 'KES'];
  expect(await server.run('operator', fund)).toMatchObject({ code: 0 });
  await setAside(payer, server.origin, MUCH);
});

afterAll(async () => {
  await Promise.all([payer?.phone.close(), payee?.phone.close()]);
  await server?.dispose();
});

type Box = {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
};

const DARK_MAX = 40;
const LIGHT_MIN = 245;

function at({ width, height, luma }: Picture, x: number, y: number): number {
  const inside = x >= 0 && y >= 0 && x < width && y < height;
  return inside ? (luma[y * width + x] ?? 0) : 0;
}

/** Where the symbol's dark modules stand on the screen, looked for in the code's own place. */
async function darkBox(page: Page, code: Locator, screen: Picture): Promise<Box> {
  const place = await code.boundingBox();
  if (!place) throw new Error('the code stands on the screen');
  const scale = await page.evaluate(() => devicePixelRatio);
  const [left, top] = [Math.ceil(place.x * scale), Math.ceil(place.y * scale)];
  const right = Math.floor((place.x + place.width) * scale);
  const bottom = Math.floor((place.y + place.height) * scale);
  const box = { left: right, top: bottom, right: left, bottom: top };
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      if (at(screen, x, y) > DARK_MAX) continue;
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x);
      box.top = Math.min(box.top, y);
      box.bottom = Math.max(box.bottom, y);
    }
  }
  return box;
}

/** Its corner is a finder pattern: seven dark modules in a row. */
function modulePx(screen: Picture, { left, top }: Box): number {
  let x = left;
  while (at(screen, x, top) <= DARK_MAX) x += 1;
  return (x - left) / 7;
}

/** The darkest pixel of the frame of so many pixels around the box; 0 where the screen ends before. */
function darkestAround(screen: Picture, box: Box, px: number): number {
  let darkest = 255;
  for (let y = box.top - px; y <= box.bottom + px; y++) {
    const isBeside = y < box.top || y > box.bottom;
    for (let x = box.left - px; x <= box.right + px; x++) {
      if (!isBeside && x >= box.left && x <= box.right) continue;
      darkest = Math.min(darkest, at(screen, x, y));
    }
  }
  return darkest;
}

async function payWith(amount: string, note = ''): Promise<Locator> {
  const request = await showRequest(payee, amount);
  await cutOff(payer, payee);
  await scan(payer, request);
  if (note !== '') {
    await button(payer.page, 'Add a note').click();
    const field = payer.page.getByLabel('Note, for both of you');
    await field.fill(`${note}, and more`);
    expect(await field.inputValue()).toBe(note);
  }
  await approve(payer);
  return showCounterfoil(payer);
}

describe('a code on the screen', () => {
  let code: Locator;

  beforeAll(async () => {
    code = await payWith('40');
  });

  test.each(['light', 'dark'] as const)(
    'has four white modules around it: %s',
    async (colorScheme) => {
      const { page } = payer;
      await page.emulateMedia({ colorScheme });
      const screen = readPng(await page.screenshot());
      const box = await darkBox(page, code, screen);
      const px = modulePx(screen, box);
      const modules = (box.right - box.left + 1) / px;
      expect(modules).toBeGreaterThanOrEqual(17 + 4 * 12);
      expect(darkestAround(screen, box, Math.round(4 * px))).toBeGreaterThanOrEqual(LIGHT_MIN);
      expect(readCode(screen)).toMatch(/^CFC:/);
    },
  );

  test('is as wide as the screen lets it be', async () => {
    const box = await code.boundingBox();
    expect(box?.width).toBe(360);
  });
});

describe('a counterfoil too long for one code', () => {
  /** As it stands on the screen while it turns: each part once. */
  async function filmOf(code: Locator): Promise<Picture[]> {
    const film = new Map<number, Picture>();
    const seenAll = async () => {
      const picture = await photograph(code);
      const part = readPart(readCode(picture));
      if (!part) throw new Error('the code on the screen is no part');
      film.set(part.place, picture);
      return film.size === part.count;
    };
    await expect.poll(seenAll, { interval: 50, timeout: 20_000 }).toBe(true);
    return [...film.values()];
  }

  test('is shown in parts in turn, read by a camera, and guaranteed like any other', async () => {
    await button(payer.page, 'Close').click();
    await reconnect(payer, payee);
    await slipSays(payer, 'accepted');
    const film = await filmOf(await payWith('50000000', LONGEST_NOTE));
    expect(film.length).toBeGreaterThan(1);
    payee.look(...film);
    await link(payee.page, 'Scan their payment').click();
    await heading(payee.page, 'Guaranteed').waitFor();
    await payee.page.getByText('50,000,000.00').first().waitFor();
  });

  test('where motion is not wanted, a tap shows the next part', async () => {
    const { page } = payer;
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const place = () => page.getByText(/^Part \d of \d$/).textContent();
    await button(page, 'Next part').waitFor();
    const before = await place();
    await button(page, 'Next part').click();
    expect(await place()).not.toBe(before);
  });

  test('it is settled as it was signed', async () => {
    await reconnect(payee);
    await link(payee.page, 'Everything about it').click();
    await payee.page.getByRole('heading', { name: 'Paid', exact: true }).waitFor();
    await expectCleanLedger(server);
  });
});
