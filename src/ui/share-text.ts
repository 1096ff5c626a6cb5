/** Owns handing a text to another app: the phone's own share sheet where there is one, else the clipboard. */

export type Shared = 'shared' | 'copied' | 'cancelled' | 'failed';

type Sharing = { readonly title: string; readonly text?: string; readonly url?: string };

async function copy(text: string): Promise<Shared> {
  try {
    await navigator.clipboard.writeText(text);
    return 'copied';
  } catch {
    return 'failed';
  }
}

export function copyText(text: string): Promise<Shared> {
  return copy(text);
}

/** Must be called in a click. */
export async function shareText(sharing: Sharing): Promise<Shared> {
  const plain = sharing.url ?? sharing.text ?? '';
  if (typeof navigator.share !== 'function') return copy(plain);
  try {
    await navigator.share(sharing);
    return 'shared';
  } catch (error) {
    // Closing the sheet is an answer; anything else may still be copied.
    if (error instanceof Error && error.name === 'AbortError') return 'cancelled';
    return copy(plain);
  }
}
