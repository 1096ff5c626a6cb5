/** Owns hearing that a new version of the app has come, and letting a person take it. */
import { messageSW, Workbox } from 'workbox-window';
import { mayReload } from './reload-guard.ts';
import { offerUpdate, tellUpdateEnd } from './update-offer.ts';

const CHECK_EVERY_MS = 60 * 60 * 1000;
/** A worker that has not answered by then hangs. On a busy phone it takes seconds to wake. */
const STEP_ASIDE_MS = 30_000;

/** A page may stay open for days on a counter: it asks for a new version when it is looked at again. */
function checkWhenShown(worker: Workbox): void {
  let checkedAtMs = performance.now();
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible') return;
    if (performance.now() - checkedAtMs < CHECK_EVERY_MS) return;
    checkedAtMs = performance.now();
    worker.update().catch(() => {});
  });
}

/**
 * Tells of every new version that is whole. Workbox tells of two in the life of a page, and a page on
 * a counter lives for weeks. A worker that goes before it was installed lacked a file: fetched
 * badly, or blocked by somebody.
 */
function followInstalls(registration: ServiceWorkerRegistration, onWhole: () => void): void {
  function follow(): void {
    const coming = registration.installing;
    if (!coming) return;
    const look = () => {
      // The first worker of all takes nobody's place.
      if (!registration.active) return;
      const isWhole = coming.state !== 'redundant';
      tellUpdateEnd(isWhole);
      if (isWhole) onWhole();
    };
    coming.addEventListener('statechange', look, { once: true });
  }
  registration.addEventListener('updatefound', follow);
  follow();
  if (registration.waiting) onWhole();
}

/**
 * The new one takes over once the worker in charge has nothing left to do, which may wait for a
 * network. And it has to be awake: to one that is just being woken, by whatever, Chromium does not
 * say that it is to end, then waits half a minute until it does so by itself, and cannot be asked again.
 */
async function makeWay({ active }: ServiceWorkerRegistration): Promise<void> {
  const late = new Promise((resolve) => setTimeout(resolve, STEP_ASIDE_MS));
  if (active) await Promise.race([messageSW(active, { type: 'STEP_ASIDE' }), late]);
}

/** Once. The worker itself is registered before, by main.tsx; this finds the same registration. */
export async function followUpdates(): Promise<void> {
  const worker = new Workbox('/sw.js');
  let askedHere = false;
  // The first worker of all takes charge of a page that came without one: that is no update.
  let inCharge = navigator.serviceWorker.controller !== null;
  worker.addEventListener('controlling', () => {
    if (askedHere && mayReload()) location.reload();
    // Another tab let the new one take over. This page goes on with its own parts until it is asked.
    else if (inCharge) offerUpdate(() => location.reload());
    inCharge = true;
    askedHere = false;
  });
  const registration = await worker.register({ immediate: true });
  checkWhenShown(worker);
  if (!registration) return;
  function take(): void {
    // Where no page was in its way it is in charge already.
    if (!registration?.waiting) {
      location.reload();
      return;
    }
    askedHere = true;
    void makeWay(registration).then(() => worker.messageSkipWaiting());
  }
  followInstalls(registration, () => {
    // A newer one took the place of the one that a person has asked for, before it was in charge.
    if (askedHere) take();
    else offerUpdate(take);
  });
}
