// What people do with the wallet, in their own order: opening one, asking for money, pointing the
// camera at a code, paying, reading the slip. Everything goes through the screens.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { shellFiles } from '../../.build/shell-files.ts';
import {
  type Authenticator,
  addAuthenticator,
  controlled,
  type PageFaults,
  type Passkey,
  type Phone,
  type PhoneOptions,
  startPhone,
  watchFaults,
} from './browser.ts';
import type { TestServer } from './payment-server.ts';
import { type Picture, photograph, pointCamera, readCode } from './screen-picture.ts';

/** A phone with a camera and one page of the wallet open on it. */
export interface Person {
  readonly phone: Phone;
  readonly page: Page;
  readonly passkeys: Authenticator;
  readonly faults: PageFaults;
  /** What the camera sees from its next start on; several pictures are a film that begins again. */
  look(...at: readonly Picture[]): void;
  /** The file that the camera shows, for `pointCamera`. */
  readonly film: string;
}

export interface PersonOptions extends PhoneOptions {
  /** Passkeys of a phone that was switched off; a profile does not keep a virtual one's. */
  readonly passkeys?: readonly Passkey[];
  /** Runs before the wallet's own code, in every page. */
  readonly before?: (page: Page) => Promise<unknown>;
}

/** The phone is closed after the test file at the latest, its camera's film goes with the profile. */
export async function startPerson(options: PersonOptions = {}): Promise<Person> {
  const folder = options.profile ?? fs.mkdtempSync(path.join(os.tmpdir(), 'cf-phone-'));
  const film = path.join(folder, 'camera.y4m');
  pointCamera(film, []);
  const phone = await startPhone({ ...options, profile: folder, camera: film });
  const page = await phone.context.newPage();
  return {
    ...(await becomePerson(phone, page, options)),
    look: (...at) => pointCamera(film, at),
    film,
  };
}

async function becomePerson(phone: Phone, page: Page, options: PersonOptions) {
  const faults = watchFaults(page);
  await options.before?.(page);
  const { passkeys: kept = [] } = options;
  const passkeys = await addAuthenticator(page, { passkeys: kept });
  return { phone, page, passkeys, faults };
}

/** Opens the wallet again in a page of its own, with the same passkeys: the one before was closed. */
export async function reopen(
  person: Person,
  address: string,
  passkeys: readonly Passkey[],
  before: (page: Page) => Promise<unknown> = async () => {},
): Promise<Person> {
  const page = await person.phone.context.newPage();
  const again = await becomePerson(person.phone, page, { passkeys, before });
  await page.goto(address);
  return { ...again, look: person.look, film: person.film };
}

export const button = (page: Page, name: string | RegExp): Locator =>
  page.getByRole('button', { name });
export const link = (page: Page, name: string | RegExp): Locator =>
  page.getByRole('link', { name });
export const heading = (page: Page, name: string | RegExp): Locator =>
  page.getByRole('heading', { name });

export interface Opening {
  readonly name: string;
  readonly city?: string;
  /** ISO 4217 letters; pounds unless said, since the phones are set to British English. */
  readonly currency?: string;
  /** Tries an approval with the network off, as the wallet asks; without it nobody pays offline. */
  readonly rehearse?: boolean;
}

/** From the welcome to the home screen with play money, ready to be started without network. */
export async function openWallet(
  person: Person,
  server: Pick<TestServer, 'origin'>,
  opening: Opening,
): Promise<void> {
  const { page } = person;
  await page.goto(server.origin);
  await link(page, 'Open a wallet').click();
  await fillOpening(person, opening);
  await keptForOffline(page);
  if (opening.rehearse) await rehearse(person);
  else await link(page, 'Later').click();
  await heading(page, 'Your money').waitFor();
}

/** Waits until the worker has laid every part of the app aside: from then on no network is needed. */
export async function keptForOffline(
  page: Page,
  who: 'wallet' | 'visitor' = 'wallet',
): Promise<void> {
  await controlled(page);
  const others = who === 'visitor' ? shellFiles.withWallet.chunks : [];
  const notKept = ['outbox', 'language', ...others].join('|');
  await page.evaluate(
    async ([deadlineMs, names]) => {
      // The list stands in the worker's own script; its second script the browser keeps elsewhere.
      const script = await (await fetch('/sw.js', { cache: 'force-cache' })).text();
      const listed = new RegExp(`/assets/(?!(?:${names})-)[\\w.-]+`, 'g');
      const files = [...new Set(script.match(listed) ?? ['no list'])];
      // One after another: a phone that is asked for all of them all the time keeps them later.
      for (const file of files) {
        while (!(await caches.match(file, { ignoreVary: true }))) {
          if (Date.now() > deadlineMs) throw new Error(`not kept: ${file}`);
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
    },
    [Date.now() + 20_000, notKept] as const,
  );
}

/** From the form to the rehearsal's first screen. */
export async function fillOpening({ page }: Person, opening: Opening): Promise<void> {
  await page.getByLabel('Your name or your shop’s').fill(opening.name);
  await page.getByLabel('Town or stop').fill(opening.city ?? 'Nairobi');
  if (opening.currency) await page.getByLabel('Currency').selectOption(opening.currency);
  await button(page, 'Continue').click();
  await button(page, 'Make the passkey').click();
  await heading(page, 'Try it without network').waitFor();
}

async function rehearse({ page, phone }: Person): Promise<void> {
  await phone.context.setOffline(true);
  await button(page, 'Approve without network').click();
  await heading(page, 'It works').waitFor();
  await phone.context.setOffline(false);
  await link(page, 'Done').click();
}

export async function cutOff(...people: readonly Person[]): Promise<void> {
  await Promise.all(people.map(({ phone }) => phone.context.setOffline(true)));
}

export async function reconnect(...people: readonly Person[]): Promise<void> {
  await Promise.all(people.map(({ phone }) => phone.context.setOffline(false)));
}

/** Digits and point on the keypad, as a thumb would. */
export async function keyIn(page: Page, amount: string): Promise<void> {
  for (const key of amount) await page.getByRole('button', { name: key, exact: true }).click();
}

/** Shows a request for this amount; without one the payer chooses. Answers the code on the screen. */
export async function showRequest({ page }: Person, amount?: string): Promise<Locator> {
  await toHome(page);
  await link(page, /^Get paid/).click();
  await heading(page, 'Get paid').waitFor();
  if (amount === undefined) await button(page, 'They choose the amount').click();
  else {
    await keyIn(page, amount);
    await button(page, 'Show the code').click();
  }
  const code = page.getByRole('img', { name: /^QR code that asks for/ });
  await code.waitFor();
  return code;
}

export async function requestText(payee: Person, amount?: string): Promise<string> {
  return readCode(await photograph(await showRequest(payee, amount)));
}

/** Within the app, as a person goes back; a page somewhere else is loaded anew. */
export async function toHome(page: Page): Promise<void> {
  for (let steps = 0; steps < 5 && new URL(page.url()).pathname !== '/'; steps++) {
    const back = page.getByRole('button', { name: 'Back', exact: true });
    if ((await back.count()) === 0) break;
    await back.click();
  }
  if (new URL(page.url()).pathname !== '/') await page.goto(new URL('/', page.url()).href);
  await heading(page, 'Your money').waitFor();
}

/** The heading of the screen on which a payment is checked and approved. */
export const REVIEW = 'You pay';

/** Points the payer's camera at the code and waits for the review that it leads to. */
export async function scan(payer: Person, code: Locator): Promise<void> {
  payer.look(await photograph(code));
  await toHome(payer.page);
  await link(payer.page, /^Pay/).click();
  await heading(payer.page, REVIEW).waitFor();
}

export const payButton = (page: Page): Locator => button(page, /^Pay .*\d/);

/** The tap that signs. Answers when the slip stands. */
export async function approve({ page }: Person): Promise<void> {
  await payButton(page).click();
  await page.waitForURL(/\/slip\//);
}

/** The slip's own words for its states. */
export const SLIP = {
  promised: 'Promised, not paid yet',
  accepted: 'Paid',
  refused: 'Refused, not paid',
  expired: 'Too late, not paid',
} as const;

/** Waits until the slip on the screen says this state in its heading. */
export async function slipSays({ page }: Person, state: keyof typeof SLIP): Promise<void> {
  await page.getByRole('heading', { name: SLIP[state], exact: true }).waitFor();
}

/** The payment id that the slip's address names. */
export function slipId(page: Page): string {
  const id = /^\/slip\/([\w-]{43})$/.exec(new URL(page.url()).pathname)?.[1];
  if (id === undefined) throw new Error(`no slip is open at ${page.url()}`);
  return id;
}

/** On a phone without a wallet, with a passkey that it holds already. */
export async function signIn({ page }: Person, origin: string): Promise<void> {
  await page.goto(origin);
  await link(page, 'I have a wallet').click();
  await button(page, 'Sign in with passkey').click();
  await heading(page, 'Your money').waitFor();
}

/** Chooses once what is to be there for paying without a network. */
export async function setAside({ page }: Person, origin: string, amount: string): Promise<void> {
  await page.goto(`${origin}/offline`);
  await button(page, 'Set money aside').click();
  await keyIn(page, amount);
  await button(page, /^Set .*\d aside$/).click();
  await page.getByText(/^left of/).waitFor();
}

/** The payer turns the screen round: answers the counterfoil that stands on it. */
export async function showCounterfoil({ page }: Person): Promise<Locator> {
  await button(page, 'Show to the payee').click();
  const code = page.getByRole('img', { name: 'Your payment as a QR code, with its guarantee' });
  await code.waitFor();
  return code;
}

/** From the request on the payee's screen: the camera looks at the payer's. */
export async function scanPayment(payee: Person, code: Locator): Promise<void> {
  payee.look(await photograph(code));
  await link(payee.page, 'Scan their payment').click();
}

/** The large amount at home: what is left to spend. */
export const purse = (page: Page): Locator => page.getByRole('region', { name: 'Balance' });

export async function purseSays(person: Person, amount: string): Promise<void> {
  await toHome(person.page);
  await expect.poll(() => purse(person.page).textContent()).toContain(amount);
}

/** Reads one record, or counts a store's when no key is given, as another program on the phone would. */
function readDatabase(page: Page, store: string, key?: string): Promise<unknown> {
  return page.evaluate(
    ([name, wanted]) =>
      new Promise<unknown>((resolve, reject) => {
        const opening = indexedDB.open('counterfoil');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const db = opening.result;
          const objects = db.transaction(name).objectStore(name);
          const reading = wanted === undefined ? objects.count() : objects.get(wanted);
          reading.onerror = () => reject(reading.error);
          reading.onsuccess = () => {
            db.close();
            resolve(reading.result);
          };
        };
      }),
    [store, key] as const,
  );
}

/** How many payments the phone still holds for the server. */
export async function outboxSize(page: Page): Promise<number> {
  return Number(await readDatabase(page, 'outbox'));
}

/** How many payments the phone has taken from others' screens. */
export async function takenCount(page: Page): Promise<number> {
  return Number(await readDatabase(page, 'counterfoils'));
}

/** The receipt that the phone keeps of a payment, made here or taken from another, as base64url. */
export async function storedReceipt(
  page: Page,
  id: string,
  store: 'payments' | 'counterfoils' = 'payments',
): Promise<string | undefined> {
  const record = await readDatabase(page, store, id);
  const receipt = record instanceof Object ? Reflect.get(record, 'receipt') : undefined;
  return receipt && Buffer.from(Object.values(receipt as object)).toString('base64url');
}

/** Waits until the phone has written down what is being entered. */
export async function draftStored(page: Page, amountMinor: bigint): Promise<void> {
  const amount = async () => {
    const draft = await readDatabase(page, 'meta', 'draft');
    return draft instanceof Object ? Reflect.get(draft, 'amountMinor') : undefined;
  };
  await expect.poll(amount).toBe(amountMinor);
}

/** The ledger checks itself in full; anything but clean fails the test with its words. */
export async function expectCleanLedger(server: TestServer): Promise<void> {
  const { code, stdout, stderr } = await server.run('check-ledger');
  expect(code, stdout + stderr).toBe(0);
}
