/** Owns the app's files on the phone: which are kept, where a request is answered from, what is thrown away. */
import { toBase64url } from '#protocol/bytes.ts';

export type ShellFile = { readonly url: string; readonly revision: string | null };

export type ShellList = {
  readonly buildId: string;
  /** Begins with the document, `/`. */
  readonly home: readonly ShellFile[];
  readonly later: readonly ShellFile[];
  readonly whenSpoken: readonly ShellFile[];
  readonly withWallet: readonly ShellFile[];
};

export type AppShell = {
  /** All of `home` or nothing: a shell with a hole is worse than the one before. */
  install(): Promise<void>;
  /** Deletes what no open page can still ask for. */
  activate(): Promise<void>;
  /**
   * Fetches what is missing of `later`, of the languages that this phone speaks, and of a wallet's
   * screens where there is one, one file after another; what fails is tried another time.
   */
  keepLater(): Promise<void>;
  /** The same, and from now on with a wallet's screens: a visitor does without them. */
  keepForWallet(): Promise<void>;
  /** The answer to a GET of ours, or undefined when it is the network's business. */
  answer(route: ShellRoute, request: Request): Promise<Response>;
};

export type ShellRoute = 'document' | 'asset';

/** `turn` is higher than that of all that were in use before it. */
type Activated = { readonly name: string; readonly turn: number };

const CACHE_PREFIX = 'shell-';
const REVISION_CHARACTERS = 12;
/** Marks a build that was in use, so that its files outlive it by one; holds its turn. */
const ACTIVATED_URL = '/shell-activated';

/**
 * Navigation alone gets the document; the interface is never answered from here, and nothing but
 * GET is ever touched (F18).
 */
export function shellRoute(
  request: Pick<Request, 'method' | 'mode' | 'url'>,
  origin: string,
): ShellRoute | undefined {
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== origin) return undefined;
  const { pathname } = url;
  if (/^\/(api|healthz|readyz)(\/|$)/.test(pathname)) return undefined;
  if (request.mode === 'navigate') return /\.\w+$/.test(pathname) ? undefined : 'document';
  return 'asset';
}

/** `/assets/language-fr-Ab3_x-9z.js` → `language-fr`. */
function chunkOf(url: string): string | undefined {
  return /\/assets\/([\w-]+)-[\w-]{8}\.\w+$/.exec(url)?.[1];
}

/** What the file must be: a page of a portal or of another build must not become our shell. */
async function isGenuine(file: ShellFile, response: Response): Promise<boolean> {
  if (!response.ok || response.redirected) return false;
  const isPage = response.headers.get('content-type')?.startsWith('text/html') ?? false;
  if (isPage !== (file.url === '/')) return false;
  if (file.revision === null) return true;
  const bytes = await response.clone().arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return toBase64url(digest).slice(0, REVISION_CHARACTERS) === file.revision;
}

async function obtain(file: ShellFile): Promise<Response> {
  const hashed = file.revision === null;
  const held = hashed ? await caches.match(file.url, { ignoreVary: true }) : undefined;
  // A hashed name never changes its content, so the browser's own cache will do.
  const response =
    held ?? (await fetch(file.url, { cache: hashed ? 'default' : 'no-cache', redirect: 'error' }));
  if (!(await isGenuine(file, response))) throw new TypeError(`not as built: ${file.url}`);
  return response;
}

async function keep(cache: Cache, file: ShellFile): Promise<void> {
  if (await cache.match(file.url, { ignoreVary: true })) return;
  await cache.put(file.url, await obtain(file));
}

/** Shells that were in use, the last one last: after a rollback that is not the one made last. */
async function activatedShells(): Promise<Activated[]> {
  const names = (await caches.keys()).filter((name) => name.startsWith(CACHE_PREFIX));
  const shells = names.map(async (name) => {
    const mark = await (await caches.open(name)).match(ACTIVATED_URL);
    return mark ? [{ name, turn: Number(await mark.text()) }] : [];
  });
  return (await Promise.all(shells)).flat().sort((a, b) => a.turn - b.turn);
}

export function createAppShell(list: ShellList): AppShell {
  const cacheName = CACHE_PREFIX + list.buildId;
  const own = () => caches.open(cacheName);
  let keeping: Promise<void> | undefined;
  let complete = false;
  let hasWallet = false;

  async function findHeld(url: string): Promise<Response | undefined> {
    const current = await (await own()).match(url, { ignoreVary: true });
    // A page of the build before may still ask for its lazy parts (F11).
    return current ?? caches.match(url, { ignoreVary: true });
  }

  /** Not everybody's: the phone's own languages, a wallet's screens, and whatever was kept before. */
  async function wantedFiles(): Promise<ShellFile[]> {
    const held = new Set<string | undefined>();
    for (const name of await caches.keys()) {
      for (const { url } of await (await caches.open(name)).keys()) held.add(chunkOf(url));
    }
    for (const tag of navigator.languages) held.add(`language-${tag.toLowerCase().split('-')[0]}`);
    const isHeld = ({ url }: ShellFile) => held.has(chunkOf(url));
    const forWallet = list.withWallet.filter((file) => hasWallet || isHeld(file));
    return [...list.whenSpoken.filter(isHeld), ...forWallet];
  }

  async function keepMissing(): Promise<void> {
    if (complete) return;
    const cache = await own();
    const wanted = await wantedFiles();
    for (const file of [...list.later, ...wanted]) {
      try {
        await keep(cache, file);
      } catch {
        return;
      }
    }
    complete = true;
  }

  function keepLater(): Promise<void> {
    keeping ??= keepMissing().finally(() => {
      keeping = undefined;
    });
    return keeping;
  }

  return {
    async install() {
      const cache = await own();
      await Promise.all(list.home.map((file) => keep(cache, file)));
    },
    async activate() {
      const activated = await activatedShells();
      const before = activated.findLast(({ name }) => name !== cacheName);
      for (const name of await caches.keys()) {
        const old = name.startsWith(CACHE_PREFIX) && name !== cacheName && name !== before?.name;
        if (old) await caches.delete(name);
      }
      const turn = (activated.at(-1)?.turn ?? 0) + 1;
      await (await own()).put(ACTIVATED_URL, new Response(String(turn)));
    },
    keepLater,
    async keepForWallet() {
      // What is being kept now was listed without them.
      await keeping;
      if (!hasWallet) complete = false;
      hasWallet = true;
      await keepLater();
    },
    async answer(route, request) {
      if (route === 'document') return (await findHeld('/')) ?? fetch(request);
      const { pathname } = new URL(request.url);
      const held = await findHeld(pathname);
      if (held) return held;
      const spoken = list.whenSpoken.find(({ url }) => url === pathname);
      if (!spoken) return fetch(request);
      const response = await obtain(spoken);
      // Where there is no room left it is spoken all the same, until the app is closed.
      await (await own()).put(pathname, response.clone()).catch(() => {});
      return response;
    },
  };
}
