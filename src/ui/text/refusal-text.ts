/** Owns the shape of what a person is told when something is refused. */
import type { RefusalCode } from '#protocol/refusals.ts';

/** What happened, to the money first of all, and what to do next. */
export type RefusalText = { readonly what: string; readonly next: string };

/** A code added to the refusal table without words for people does not compile. */
export type RefusalTexts = { readonly [Code in RefusalCode]: RefusalText };
