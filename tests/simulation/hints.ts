// What may wake a relay: any of it may come late, twice, or never.
import type { DrainReason } from '#wallet/relay.ts';

export const REASONS: readonly DrainReason[] = [
  'start',
  'visible',
  'online',
  'sync',
  'push',
  'timer',
  'notice',
];
