/** Owns the page's wiring: builds the adapters, hands them to the model, and puts the first screen up. */
import { effect } from '@preact/signals';
import { hydrate, render } from 'preact';
import { createChangeNotice } from '#device/change-notice.ts';
import { systemClock, systemRandom } from '#device/world.ts';
import { App, homeScreen, openingScreen } from './app.tsx';
import { FaultBoundary } from './fault-boundary.tsx';
import { keepInstallPrompt } from './install-prompt.ts';
import { place, startRouter } from './router.ts';
import { followSettings, hintedLanguage } from './start-hint.ts';
import { storeToCome } from './store-to-come.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/parts.css';
import './styles/first.css';
import { negotiateLanguage } from './text/languages.ts';
import { currentLanguage, speak } from './text/text.ts';
import { WalletContext } from './wallet-context.ts';
import { createWallet, type Wallet } from './wallet-model.ts';

/** The person's choice where it is known; before that, the one this phone spoke last time. */
function wantedLanguage(wallet: Wallet) {
  const settings = wallet.settings.value;
  const chosen = settings ? settings.language : hintedLanguage();
  return negotiateLanguage(chosen ? [chosen] : navigator.languages);
}

/** Asks again after a failure: a chunk that could not be had once may be there later. */
function retried<T>(load: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= load().catch((error: unknown) => {
      running = undefined;
      throw error;
    });
    return running;
  };
}

function createPageWallet(): Wallet {
  const wallet: Wallet = createWallet({
    store: storeToCome(
      retried(async () => (await import('./phone-storage.ts')).openPhoneStorage()),
    ),
    notice: createChangeNotice(),
    clock: systemClock,
    random: systemRandom,
    // Whatever the first screen does without comes after it, in a chunk of its own.
    engine: retried(async () => (await import('./engine.ts')).createEngine(wallet)),
  });
  return wallet;
}

/** After the frame that shows what was rendered: from then on a tap is answered. */
function painted(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
  });
}

async function showFirstScreen(wallet: Wallet, root: HTMLElement): Promise<void> {
  const tree = (
    <FaultBoundary>
      <WalletContext.Provider value={wallet}>
        <App />
      </WalletContext.Provider>
    </FaultBoundary>
  );
  const page = document.documentElement;
  const reading = wallet.reread();
  if (page.dataset.start === undefined && place.value.path === '/') {
    // The document carries the welcome, in English: whoever sees it can use it at once.
    hydrate(tree, root);
    return;
  }
  const language = wantedLanguage(wallet);
  await Promise.all([
    reading,
    place.value.path === '/' && homeScreen.preload(),
    language !== 'en' && speak(language).catch(() => {}),
  ]);
  root.replaceChildren();
  render(tree, root);
  delete page.dataset.start;
}

/** Language, theme and the hint for the next start follow the settings as they are read. */
function keepFollowing(wallet: Wallet): void {
  effect(() => {
    if (wallet.storage.value.kind !== 'readable') return;
    const language = wantedLanguage(wallet);
    if (language !== currentLanguage()) speak(language).catch(() => {});
  });
  effect(() => {
    const settings = wallet.settings.value;
    if (settings) followSettings(wallet.state.value !== undefined, settings, currentLanguage());
  });
}

/** Relay and account calls, as soon as there is a wallet; a new visitor's link is left to the worker. */
function startEngineWhenNeeded(wallet: Wallet): void {
  const startEngine = () => {
    if (wallet.state.peek() !== undefined) wallet.engine().catch(() => {});
  };
  effect(() => {
    if (wallet.state.value !== undefined) startEngine();
  });
  addEventListener('online', startEngine);
}

async function start(root: HTMLElement): Promise<void> {
  startRouter();
  keepInstallPrompt();
  const wallet = createPageWallet();
  await showFirstScreen(wallet, root);
  await painted();
  performance.mark('usable');
  keepFollowing(wallet);
  startEngineWhenNeeded(wallet);
  await keepApp(wallet);
}

/** The worker first of all: until it stands, the next start needs the network. Then what comes next. */
async function keepApp(wallet: Wallet): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  try {
    await navigator.serviceWorker.register('/sw.js');
    const { followUpdates } = await import('./app-update.ts');
    await followUpdates();
    await navigator.serviceWorker.ready;
  } catch {
    // Without a worker the wallet works, but only online.
    return;
  }
  await prepareVisitor(wallet).catch(() => {});
}

/** What somebody without a wallet may want next, network or not. */
async function prepareVisitor(wallet: Wallet): Promise<void> {
  if (wallet.state.value !== undefined) return;
  await openingScreen.preload();
  // For checking a receipt, which needs a key and no wallet.
  const { keepServerKeys } = await import('./server-keys.ts');
  await keepServerKeys(wallet);
}

const root = document.getElementById('app');
if (root) void start(root);
