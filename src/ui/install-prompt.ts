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

export function canInstall(): boolean {
  return offer.value !== undefined;
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
