/** Owns pay links: a payment request carried by a URL, so that any camera app can open the wallet with it. */
import { accept, type Outcome, refuse } from './refusals.ts';

export const PAY_PATH = '/pay';
export const PAY_PARAMETER = 'r';
export const PAY_PROTOCOL = 'web+counterfoil';

/** `origin` without a slash at its end, as `location.origin` has it. */
export function payLink(origin: string, requestText: string): string {
  return `${origin}${PAY_PATH}?${PAY_PARAMETER}=${encodeURIComponent(requestText)}`;
}

const OWN_PROTOCOL = /^web\+counterfoil:(?:\/\/)?\/?pay\b/i;
const WEB_LINK = /^https?:\/\/[^/?#\s]+\/pay\/?\?(?:[^#]*&)?r=/i;

/** Of any host: the request inside names its server, and the link itself is never opened. */
export function isPayLink(text: string): boolean {
  return OWN_PROTOCOL.test(text) || WEB_LINK.test(text);
}

/** decodeURIComponent, with a value instead of a throw. */
function percentDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** What the link carries, undecoded as to meaning. Refusal: link_malformed. */
export function readPayLink(link: string): Outcome<string> {
  const query = /\?([^#]*)/.exec(link)?.[1] ?? '';
  const prefix = `${PAY_PARAMETER}=`;
  const parameters = query.split('&').filter((part) => part.startsWith(prefix));
  const [first] = parameters;
  // Two requests in one link: which of them would be shown, and which paid?
  if (first === undefined || parameters.length > 1) {
    return refuse('link_malformed', `${parameters.length} payment requests in the link`);
  }
  // A bare plus is a space, as forms and URLSearchParams write it; a true plus comes as %2B.
  const text = percentDecode(first.slice(prefix.length).replaceAll('+', ' '))?.trim();
  if (!text) return refuse('link_malformed', 'the link is cut or wrongly encoded');
  return accept(text);
}

/** Some schemes put their code behind the # of a URL; answers it, or nothing. */
export function codeInFragment(link: string): string | undefined {
  const fragment = /^https?:\/\/[^#\s]+#(.+)$/i.exec(link)?.[1];
  const text = fragment === undefined ? undefined : percentDecode(fragment)?.trim();
  return text && /^0002[0-9]{2}/.test(text) ? text : undefined;
}
