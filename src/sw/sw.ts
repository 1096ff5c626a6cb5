/** Owns the service worker's wiring: its events, what answers pages, and when the outbox is loaded. */
import { buildId, home, later, outboxScript, whenSpoken, withWallet } from 'virtual:precache';
import { OUTBOX_SYNC_TAG } from '#device/sync-registration.ts';
import { assert } from '#protocol/refusals.ts';
import { createAppShell, shellRoute } from './app-shell.ts';
import { type Words, wordsOfPush, wordsOfWaiting } from './notifications.ts';
import type { OutboxScope } from './outbox.ts';
import type { OutboxSync } from './outbox-sync.ts';
import { isShare, receiveShare } from './share-target.ts';

declare const self: ServiceWorkerGlobalScope & OutboxScope & TrustedTypesHost;

/** Not in TypeScript's library: Trusted Types, which the policy of our answers asks of this script too. */
interface TrustedTypesHost {
  readonly trustedTypes?: {
    createPolicy(name: 'default', rules: { createScriptURL(url: string): string | null }): unknown;
  };
}

/** Not in TypeScript's library: WICG Background Sync. */
interface SyncEvent extends ExtendableEvent {
  readonly tag: string;
  readonly lastChance: boolean;
}

const KEEP_LATER_AFTER_MS = 3_000;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const shell = createAppShell({ buildId, home, later, whenSpoken, withWallet });

self.trustedTypes?.createPolicy('default', {
  createScriptURL: (url) => (url === outboxScript ? url : null),
});

/**
 * Every page waits for the worker to start, so the half that carries payments is a script of its
 * own. It was imported once while installing, and from then on comes from the browser's store of
 * this worker, network or not.
 */
function outbox(): OutboxSync {
  if (!self.outbox) self.importScripts(outboxScript);
  assert(self.outbox !== undefined, 'the script gives the outbox to the worker');
  return self.outbox;
}

async function notify(words: Words): Promise<void> {
  const { title, body, url } = words;
  await self.registration.showNotification(title, { body, icon: '/icon-192.png', data: url });
}

/** The last of the browser's own attempts failed: only a person opening the app helps now. */
async function syncOutbox(lastChance: boolean): Promise<void> {
  try {
    await outbox().sync();
  } catch (error) {
    if (lastChance && Notification.permission === 'granted') {
      const { waiting } = await outbox().drain('timer');
      if (waiting !== 0) await notify(wordsOfWaiting(waiting));
    }
    throw error;
  }
}

async function openApp(url: string): Promise<void> {
  const windows = await self.clients.matchAll({ type: 'window' });
  const [open] = windows;
  if (open) await open.focus();
  else await self.clients.openWindow(url);
}

/** Both halves or nothing. An update brings all of the app before it takes over: what was there stays. */
async function install(): Promise<void> {
  outbox();
  await shell.install();
  if (self.registration.active) await shell.keepLater();
}

self.addEventListener('install', (event) => {
  event.waitUntil(install());
});

self.addEventListener('activate', (event) => {
  event.waitUntil(shell.activate().then(() => self.clients.claim()));
  // Not waited for: pages would wait too. A worker that dies meanwhile goes on at the next visit.
  void shell.keepLater();
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (isShare(request, self.location.origin)) {
    event.respondWith(receiveShare(request));
    return;
  }
  const route = shellRoute(request, self.location.origin);
  if (!route) return;
  event.respondWith(shell.answer(route, request));
  // After the page has started: it needs the phone more than its later files do.
  if (route === 'document') event.waitUntil(pause(KEEP_LATER_AFTER_MS).then(shell.keepLater));
});

self.addEventListener('message', (event) => {
  const data: unknown = event.data;
  // Only a page knows whether a person is in the middle of something, so only a page may ask (F10).
  const asked = typeof data === 'object' && data !== null && Reflect.get(data, 'type');
  if (asked === 'SKIP_WAITING') event.waitUntil(self.skipWaiting());
  if (asked === 'STEP_ASIDE') {
    self.outbox?.stepAside();
    event.ports[0]?.postMessage(null);
  }
  if (asked === 'KEEP_FOR_WALLET') event.waitUntil(shell.keepForWallet());
});

self.addEventListener('sync', (event) => {
  const sync = event as SyncEvent;
  if (sync.tag === OUTBOX_SYNC_TAG) sync.waitUntil(syncOutbox(sync.lastChance));
});

self.addEventListener('push', (event) => {
  const words = wordsOfPush(event.data?.text() ?? '');
  event.waitUntil(Promise.all([notify(words), outbox().drain('push')]));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const url: unknown = event.notification.data;
  event.waitUntil(openApp(typeof url === 'string' ? url : '/'));
});
