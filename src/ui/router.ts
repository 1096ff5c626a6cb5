/** Owns where the person is: the address as a signal, moving between screens, and links that do not reload. */
import { signal } from '@preact/signals';

export type Place = { readonly path: string; readonly query: URLSearchParams };

function readPlace(): Place {
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

/** While the first screen is prerendered there is no address: home it is. */
export const place = signal<Place>(
  typeof location === 'undefined' ? { path: '/', query: new URLSearchParams() } : readPlace(),
);

let moves = 0;

/** Moves to an address of this app, such as `/slip/…`. `replace` when Back must not return here. */
export function navigate(to: string, options: { readonly replace?: boolean } = {}): void {
  if (options.replace) history.replaceState(history.state, '', to);
  else {
    moves += 1;
    history.pushState(null, '', to);
  }
  place.value = readPlace();
}

/** Back where the person came from; to `fallback` when this was the first screen (a deep link). */
export function goBack(fallback = '/'): void {
  if (moves > 0) history.back();
  else navigate(fallback, { replace: true });
}

function isPlainClick(event: MouseEvent): boolean {
  const modified = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  return event.button === 0 && !modified && !event.defaultPrevented;
}

function followLink(event: MouseEvent): void {
  const target = event.target;
  if (!isPlainClick(event) || !(target instanceof Element)) return;
  const link = target.closest<HTMLAnchorElement>('a[href]');
  if (!link || link.origin !== location.origin || link.target || link.hasAttribute('download')) {
    return;
  }
  // A link to a part of this page, such as the skip link, is the browser's own business.
  if (link.hash && link.pathname === location.pathname) return;
  if (link.pathname.startsWith('/api/')) return;
  event.preventDefault();
  navigate(link.pathname + link.search);
}

/** Starts to listen; once, by the wiring. */
export function startRouter(): void {
  addEventListener('popstate', () => {
    moves = Math.max(0, moves - 1);
    place.value = readPlace();
  });
  document.addEventListener('click', followLink);
}

export type Params = Readonly<Record<string, string>>;

/** Matches `/slip/:id` against a path; null when it is another place. */
export function matchPath(pattern: string, path: string): Params | null {
  const wanted = pattern.split('/');
  const given = path.replace(/(?<=.)\/$/, '').split('/');
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    const value = given[i] ?? '';
    if (!part.startsWith(':')) {
      if (part !== value) return null;
    } else {
      try {
        params[part.slice(1)] = decodeURIComponent(value);
      } catch {
        return null;
      }
    }
  }
  return params;
}
