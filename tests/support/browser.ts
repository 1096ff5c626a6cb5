// A phone for tests: one real Chromium with a profile of its own, and hands for what a test cannot
// reach from a page — permissions, passkeys, the service worker's events and its death.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core';
import { findChromium } from './chromium.mjs';
import { leftRunning } from './left-running.ts';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Chromium denies whatever is not listed here, Background Sync included. */
const usualPermissions = ['camera', 'background-sync'] as const;

export interface PhoneOptions {
  /** A .y4m file the camera shows, see camera-video.ts. Without it there is no camera. */
  readonly camera?: string;
  readonly permissions?: readonly string[];
  /** A profile kept from a phone before: the same phone, switched on again. */
  readonly profile?: string;
  readonly flags?: readonly string[];
  readonly locale?: string;
  readonly colorScheme?: 'light' | 'dark';
}

export interface Phone {
  readonly context: BrowserContext;
  readonly profile: string;
  /** Closes the browser; the profile goes too unless it is to be switched on again. */
  close(options?: { keepProfile: boolean }): Promise<void>;
}

function executable(): string {
  const found = findChromium();
  if (found === null) throw new Error('No Chromium on this machine: npm test gets one');
  return found.path;
}

/** A 360×640 phone, the smallest screen the wallet promises to work on. */
export async function startPhone(options: PhoneOptions = {}): Promise<Phone> {
  const profile = options.profile ?? fs.mkdtempSync(path.join(os.tmpdir(), 'cf-phone-'));
  const camera = options.camera
    ? [
        '--use-fake-device-for-media-stream',
        '--use-fake-ui-for-media-stream',
        `--use-file-for-fake-video-capture=${options.camera}`,
      ]
    : [];
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: executable(),
    headless: true,
    args: [...flags, ...camera, ...(options.flags ?? [])],
    viewport: { width: 360, height: 640 },
    deviceScaleFactor: 2,
    isMobile: true,
    hasTouch: true,
    locale: options.locale ?? 'en-GB',
    colorScheme: options.colorScheme ?? 'light',
    timezoneId: 'UTC',
    permissions: [...(options.permissions ?? usualPermissions)],
  });
  // What a page comes to is awaited, not timed: a busy machine may need long.
  context.setDefaultTimeout(60_000);
  const phone: Phone = {
    context,
    profile,
    close: async ({ keepProfile } = { keepProfile: false }) => {
      leftRunning.phones.delete(phone);
      await context.close();
      if (!keepProfile) fs.rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  leftRunning.phones.add(phone);
  return phone;
}

/**
 * Whether a deferred `sync` event can fire by itself here. Chromium holds every one back while the
 * only network interface is loopback, and some builds have no Background Sync at all.
 */
export function backgroundSyncMissing(): string | null {
  if (process.env.CHROME_LACKS?.includes('background-sync')) {
    return 'this Chromium has no Background Sync';
  }
  const outside = Object.values(os.networkInterfaces())
    .flat()
    .some((address) => address !== undefined && !address.internal);
  return outside ? null : 'this machine has no network interface but loopback';
}

/** Waits until the page is under a service worker's control. */
export async function controlled(page: Page): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

export interface ServiceWorkerControl {
  /** Fires a `sync` event at once; starts a stopped worker, needs no page and no registration. */
  sync(tag: string, lastChance?: boolean): Promise<void>;
  periodicSync(tag: string): Promise<void>;
  push(data: string): Promise<void>;
  /** Ends every running worker, in the middle of whatever it does. */
  kill(): Promise<void>;
  /** Ends the worker in charge; one that waits to take over lives on. */
  killActive(): Promise<void>;
}

/** Before lifting `setOffline` after `kill()`, load a page: with neither, that call never returns. */
export async function serviceWorkerControl(
  context: BrowserContext,
  origin: string,
): Promise<ServiceWorkerControl> {
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  const active = new Promise<string>((resolve) => {
    cdp.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
      const own = versions.find((version) => version.status === 'activated');
      if (own !== undefined) resolve(own.versionId);
    });
  });
  const registrationId = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`No service worker is registered for ${origin}`)),
      20_000,
    );
    cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const own = registrations.find((r) => !r.isDeleted && r.scopeURL.startsWith(origin));
      if (own === undefined) return;
      clearTimeout(timer);
      resolve(own.registrationId);
    });
    cdp.send('ServiceWorker.enable').catch(reject);
  });
  return {
    sync: async (tag, lastChance = false) => {
      await cdp.send('ServiceWorker.dispatchSyncEvent', {
        origin,
        registrationId,
        tag,
        lastChance,
      });
    },
    periodicSync: async (tag) => {
      await cdp.send('ServiceWorker.dispatchPeriodicSyncEvent', { origin, registrationId, tag });
    },
    push: async (data) => {
      await cdp.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data });
    },
    kill: async () => {
      await cdp.send('ServiceWorker.stopAllWorkers');
    },
    killActive: async () => {
      await cdp.send('ServiceWorker.stopWorker', { versionId: await active });
    },
  };
}

/** A passkey as the DevTools protocol hands it over. */
export interface Passkey {
  readonly credentialId: string;
  readonly isResidentCredential: boolean;
  readonly rpId?: string;
  readonly privateKey: string;
  readonly userHandle?: string;
  readonly signCount: number;
  /** May be carried to another phone, and has been. */
  readonly backupEligibility?: boolean;
  readonly backupState?: boolean;
}

export interface Authenticator {
  readonly cdp: CDPSession;
  readonly authenticatorId: string;
  /** What the person's finger or face will answer from now on. */
  userVerified(isUserVerified: boolean): Promise<void>;
  /** The passkeys it holds, to be given to another page's authenticator. */
  passkeys(): Promise<Passkey[]>;
  remove(): Promise<void>;
}

/**
 * A fingerprint reader for this page, which survives its reloads. Every page needs its own: where
 * there is none, `credentials.get()` never settles. Works with the network cut.
 */
export async function addAuthenticator(
  page: Page,
  options: { readonly passkeys?: readonly Passkey[]; readonly present?: boolean } = {},
): Promise<Authenticator> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: options.present ?? true,
      hasPrf: true,
    },
  });
  for (const credential of options.passkeys ?? []) {
    await cdp.send('WebAuthn.addCredential', { authenticatorId, credential });
  }
  return {
    cdp,
    authenticatorId,
    userVerified: async (isUserVerified) => {
      await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
    },
    passkeys: async () =>
      (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    remove: async () => {
      await cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
    },
  };
}

export interface Link {
  readonly rttMs: number;
  readonly downKbps: number;
  readonly upKbps: number;
}

const conditionsOf = ({ rttMs, downKbps, upKbps }: Link) => ({
  offline: false,
  latency: rttMs,
  downloadThroughput: downKbps * 128,
  uploadThroughput: upKbps * 128,
});

/** A slow phone on a slow link, for the page alone: workers are not slowed. */
export async function throttle(
  page: Page,
  { cpu = 4, rttMs = 150, downKbps = 1638.4, upKbps = 675 } = {},
): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: cpu });
  await cdp.send('Network.enable');
  await cdp.send('Network.emulateNetworkConditions', conditionsOf({ rttMs, downKbps, upKbps }));
}

/** The same link for the service worker that runs now. */
export async function throttleWorker(
  context: BrowserContext,
  origin: string,
  link: Link,
): Promise<void> {
  const cdp = await context.browser()?.newBrowserCDPSession();
  if (!cdp) throw new Error('no browser to ask');
  const { targetInfos } = await cdp.send('Target.getTargets');
  const worker = targetInfos.find(
    ({ type, url }) => type === 'service_worker' && url.startsWith(origin),
  );
  if (!worker) throw new Error('no service worker runs');
  const { targetId } = worker;
  const { sessionId } = await cdp.send('Target.attachToTarget', { targetId, flatten: false });
  const replied = new Promise<string>((resolve) => {
    cdp.on('Target.receivedMessageFromTarget', ({ message }) => {
      if (JSON.parse(message).id === 1) resolve(message);
    });
  });
  const method = 'Network.emulateNetworkConditions';
  const message = JSON.stringify({ id: 1, method, params: conditionsOf(link) });
  await cdp.send('Target.sendMessageToTarget', { sessionId, message });
  const reply = await replied;
  if ('error' in JSON.parse(reply)) throw new Error(`the worker is not slowed: ${reply}`);
}

export interface PageFaults {
  /** Uncaught errors, console errors and policy violations so far, in order. */
  readonly seen: readonly string[];
}

/** Listens for what must not happen on a page. Failed requests are not faults: networks fail. */
export function watchFaults(page: Page): PageFaults {
  const seen: string[] = [];
  page.on('pageerror', (error) => seen.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    const failedRequest = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !failedRequest) seen.push(`console: ${message.text()}`);
  });
  return { seen };
}
