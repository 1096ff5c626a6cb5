/** Says what browsers and the bundler have that TypeScript's own DOM types leave out. */
declare module '*.css';

/** Background Sync (WICG): Chromium only. */
interface ServiceWorkerRegistration {
  readonly sync?: { register(tag: string): Promise<void> };
}

/** The offer to install (WICG manifest-incubations): Chromium only. */
interface BeforeInstallPromptEvent extends Event {
  prompt(): Promise<{ readonly outcome: 'accepted' | 'dismissed' }>;
}

interface WindowEventMap {
  beforeinstallprompt: BeforeInstallPromptEvent;
}
