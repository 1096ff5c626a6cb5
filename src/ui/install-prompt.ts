/** Owns the browser's offer to install the app: caught early, shown when a person may want it. */
import { signal } from '@preact/signals';

const offer = signal<BeforeInstallPromptEvent | undefined>(undefined);

/** Listens from the start: the event comes once, and often before any screen could ask for it. */
export function keepInstallPrompt(): void {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    offer.value = event;
  });
  addEventListener('appinstalled', () => {
    offer.value = undefined;
  });
}

const POSTPONED = 'counterfoil-install-later';
const POSTPONED_MS = 30 * 24 * 60 * 60 * 1000;
const postponed = signal(false);

function wasPostponed(): boolean {
  try {
    return Date.now() - Number(localStorage.getItem(POSTPONED) ?? 0) < POSTPONED_MS;
  } catch {
    return false;
  }
}

/** It can be installed from here. */
export function canInstall(): boolean {
  return offer.value !== undefined;
}

/** It can be, and the person has not put it off of late. */
export function shouldOfferInstall(): boolean {
  return canInstall() && !postponed.value && !wasPostponed();
}

/** Asks again in a month; the settings offer it all the while. */
export function postponeInstall(): void {
  postponed.value = true;
  try {
    localStorage.setItem(POSTPONED, String(Date.now()));
  } catch {
    // Storage is switched off: then it is asked again at the next start.
  }
}

/** Must be called in a click. Answers whether the person agreed. */
export async function installApp(): Promise<boolean> {
  const held = offer.peek();
  if (!held) return false;
  offer.value = undefined;
  return (await held.prompt()).outcome === 'accepted';
}

/** Runs as an app of its own already. */
export function isInstalled(): boolean {
  return matchMedia('(display-mode: standalone)').matches;
}
