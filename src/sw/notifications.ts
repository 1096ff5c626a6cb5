/** Owns what the worker says to a person who has no page open: pushes, and payments that need them. */

export type Words = { readonly title: string; readonly body: string; readonly url: string };

const NAME = 'Counterfoil';

function textOf(fields: object, name: string): string | undefined {
  const value: unknown = Reflect.get(fields, name);
  return typeof value === 'string' ? value : undefined;
}

/** Any site but another: only whether an address leaves it is asked. */
const HERE = 'https://here.invalid';

/** As browsers read it, who take a backslash for a slash and leave tabs and line ends out. */
function staysHere(url: string): boolean {
  try {
    return url.startsWith('/') && new URL(url, HERE).origin === HERE;
  } catch {
    return false;
  }
}

/** A push is a hint: whatever is in it, something is shown, or the browser takes push away (F77). */
export function wordsOfPush(text: string): Words {
  let fields: object = {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) fields = value;
  } catch {
    // Not ours, or damaged: the name alone is shown, and the wallet reads what is true.
  }
  const url = textOf(fields, 'url') ?? '/';
  return {
    title: textOf(fields, 'title') ?? NAME,
    body: textOf(fields, 'body') ?? '',
    // Within the app, whatever was sent.
    url: staysHere(url) ? url : '/',
  };
}

/** Said when the browser will not try again by itself (F1). */
export function wordsOfWaiting(waiting: number | 'unknown'): Words {
  const what = waiting === 1 ? '1 payment is' : `${waiting} payments are`;
  return {
    title: waiting === 'unknown' ? 'Payments may be waiting' : `${what} waiting to be sent`,
    body: `Open ${NAME} where there is a network.`,
    url: '/',
  };
}
