/** Owns the service worker's registration, and hearing that a new version of the app has come. */
import { Workbox } from 'workbox-window';
import { offerUpdate } from './update-offer.ts';

const CHECK_EVERY_MS = 60 * 60 * 1000;

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

/** Once, after the first screen stands. Without a worker the wallet works, but only online. */
export async function registerWorker(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const worker = new Workbox('/sw.js');
  let askedHere = false;
  worker.addEventListener('waiting', () => {
    offerUpdate(() => {
      askedHere = true;
      worker.messageSkipWaiting();
    });
  });
  // The first worker of all takes charge of a page that came without one: that is no update.
  let inCharge = navigator.serviceWorker.controller !== null;
  worker.addEventListener('controlling', () => {
    if (askedHere) location.reload();
    // Another tab let the new one take over. This page goes on with its own parts until it is asked.
    else if (inCharge) offerUpdate(() => location.reload());
    inCharge = true;
  });
  await worker.register({ immediate: true });
  checkWhenShown(worker);
}
