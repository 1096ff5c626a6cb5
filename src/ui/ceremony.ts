/** Owns that one passkey ceremony runs at a time, and what its end means; nothing reloads the page meanwhile. */
import { effect } from '@preact/signals';
import { accept, type Outcome, refuse } from '#protocol/refusals.ts';
import { holdReload } from './reload-guard.ts';
import { place } from './router.ts';

let isOpen = false;

/** A browser that never answers (seen in web views) must not hold the page for ever. */
const SILENCE_MS_MAX = 150_000;

/** NotAllowedError means anything: cancelled, timed out, no such passkey, no network for it (F67). */
const CANCELLED: ReadonlySet<string> = new Set(['NotAllowedError', 'AbortError', 'TimeoutError']);

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}

function silence(): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new DOMException('no answer', 'TimeoutError')), SILENCE_MS_MAX);
  });
}

/**
 * Who leaves the place that asked takes the prompt along: it would stand over another screen, and
 * what was approved there would not be what is seen (F68). Returns what ends the watch.
 */
function endOnLeaving(ending: AbortController): () => void {
  const asked = place.peek();
  return effect(() => {
    if (place.value !== asked) ending.abort();
  });
}

/**
 * Runs a ceremony. `begin` is called before anything is awaited, so that a tap's own gesture opens
 * the prompt (F66), and ends it when its signal says so. Refusals: approval_cancelled (also while another one is open), passkey_rejected.
 */
export async function runCeremony<T>(
  begin: (signal: AbortSignal) => Promise<T>,
): Promise<Outcome<T>> {
  if (isOpen) return refuse('approval_cancelled', 'another one is open');
  isOpen = true;
  const ending = new AbortController();
  const stay = endOnLeaving(ending);
  const release = holdReload();
  try {
    return accept(await Promise.race([begin(ending.signal), silence()]));
  } catch (error) {
    const name = nameOf(error);
    return CANCELLED.has(name)
      ? refuse('approval_cancelled', name)
      : refuse('passkey_rejected', `${name}: ${error instanceof Error ? error.message : ''}`);
  } finally {
    isOpen = false;
    stay();
    release();
  }
}
