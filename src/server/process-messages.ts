/** Owns what the first process and its workers say to each other. */
import type { PoolConfig } from 'pg';
import type { Family } from './metrics/registry.ts';

export type ToWorker =
  /** Where the database is: the first process has started or found it. */
  | { readonly kind: 'begin'; readonly connection: PoolConfig }
  | { readonly kind: 'metrics'; readonly ask: number }
  | { readonly kind: 'stop' };

export type ToPrimary =
  /** Listens, and is to be told where the database is. */
  | { readonly kind: 'awake' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'metrics'; readonly ask: number; readonly families: readonly Family[] }
  /** Said before it ends: why this worker cannot serve, in words for a terminal. */
  | { readonly kind: 'cannot'; readonly words: string };
