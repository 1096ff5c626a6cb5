/** Owns the route table and the choice between welcome, wallet and trouble. */
import { announced } from './announce.ts';
import { type LazyScreen, lazyScreen } from './lazy-screen.tsx';
import { matchPath, place } from './router.ts';
import { WelcomeScreen } from './screens/welcome.tsx';
import { useWallet } from './wallet-context.ts';

type Route = {
  readonly pattern: string;
  readonly screen: LazyScreen;
  /** Also for somebody who has no wallet on this phone yet. */
  readonly open?: true;
};

/** Apart from the welcome's code, and all that somebody with a wallet needs for the first screen. */
export const homeScreen = lazyScreen(
  async () => (await import('./screens/home.tsx')).HomeScreen,
  async () => {},
);
/** Where a new visitor goes from the welcome. */
export const openingScreen = lazyScreen(
  async () => (await import('./screens/onboarding.tsx')).OnboardingScreen,
);
const trouble = lazyScreen(async () => (await import('./screens/trouble.tsx')).TroubleScreen);
const lost = lazyScreen(async () => (await import('./screens/trouble.tsx')).LostScreen);

const KEEP = '/keep';

/** Order matters where patterns overlap: the first that matches is shown. */
const ROUTES: readonly Route[] = [
  { pattern: '/', screen: homeScreen },
  {
    pattern: '/scan',
    screen: lazyScreen(async () => (await import('./screens/scan.tsx')).ScanScreen),
  },
  {
    pattern: '/pay',
    screen: lazyScreen(async () => (await import('./screens/review.tsx')).ReviewScreen),
  },
  {
    pattern: '/slip/:id',
    screen: lazyScreen(async () => (await import('./screens/slip.tsx')).SlipScreen),
  },
  {
    pattern: '/receive',
    screen: lazyScreen(async () => (await import('./screens/receive.tsx')).ReceiveScreen),
  },
  {
    pattern: '/taken/:id',
    screen: lazyScreen(async () => (await import('./screens/taken.tsx')).TakenScreen),
  },
  {
    pattern: '/print-code',
    screen: lazyScreen(async () => (await import('./screens/print-code.tsx')).PrintCodeScreen),
  },
  {
    pattern: '/activity',
    screen: lazyScreen(async () => (await import('./screens/activity.tsx')).ActivityScreen),
  },
  {
    pattern: '/activity/:id',
    screen: lazyScreen(
      async () => (await import('./screens/payment-story.tsx')).PaymentStoryScreen,
    ),
  },
  {
    pattern: '/settings',
    screen: lazyScreen(async () => (await import('./screens/settings.tsx')).SettingsScreen),
    open: true,
  },
  {
    pattern: '/offline',
    screen: lazyScreen(async () => (await import('./screens/offline.tsx')).OfflineScreen),
  },
  {
    pattern: KEEP,
    screen: lazyScreen(async () => (await import('./screens/keep.tsx')).KeepScreen),
  },
  {
    pattern: '/check',
    screen: lazyScreen(async () => (await import('./screens/check.tsx')).CheckScreen),
    open: true,
  },
  {
    pattern: '/open',
    screen: openingScreen,
    open: true,
  },
  {
    pattern: '/sign-in',
    screen: lazyScreen(async () => (await import('./screens/sign-in.tsx')).SignInScreen),
    open: true,
  },
  {
    pattern: '/rehearsal',
    screen: lazyScreen(async () => (await import('./screens/rehearsal.tsx')).RehearsalScreen),
  },
];

function CurrentScreen() {
  const wallet = useWallet();
  const { path, query } = place.value;
  const unreadable = wallet.storage.value.kind === 'unreadable';
  // What waits can still be taken out, from the copies beside the database.
  if (unreadable && path !== KEEP) {
    return <trouble.Component params={{}} query={query} />;
  }
  for (const { pattern, screen, open } of ROUTES) {
    const params = matchPath(pattern, path);
    if (!params) continue;
    // While the phone is still being read, a new visitor sees the welcome; main.tsx knows who is one.
    if (!open && !unreadable && wallet.state.value === undefined) return <WelcomeScreen />;
    return <screen.Component key={pattern} params={params} query={query} />;
  }
  return <lost.Component params={{}} query={query} />;
}

export function App() {
  return (
    <>
      <CurrentScreen />
      <div class="unseen" role="status" aria-live="polite">
        {announced.value}
      </div>
    </>
  );
}
