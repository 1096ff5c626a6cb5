// What runs in a thread of its own: seed after seed of a world with a bug in it, until something is noticed.
import 'fake-indexeddb/auto';
import { parentPort, workerData } from 'node:worker_threads';
import type pg from 'pg';
import { simulate } from '../world.ts';
import { databasesLike } from './databases.ts';

export type HuntOrder = {
  /** Nobody is connected to it; each world gets a copy. */
  readonly template: pg.PoolConfig;
  readonly seeds: readonly number[];
};

export type HuntResult =
  | { readonly kind: 'survived' }
  | {
      readonly kind: 'caught';
      readonly seed: number;
      /** Of the seeds that were tried, from 1. */
      readonly nth: number;
      readonly by: string;
      readonly what: string;
    };

async function hunt({ template, seeds }: HuntOrder): Promise<HuntResult> {
  const databases = databasesLike(template);
  try {
    for (const [place, seed] of seeds.entries()) {
      try {
        await simulate(databases, seed);
      } catch (error) {
        const { name, message } = error instanceof Error ? error : new Error(String(error));
        return { kind: 'caught', seed, nth: place + 1, by: name, what: message };
      }
    }
    return { kind: 'survived' };
  } finally {
    await databases.stop();
  }
}

const result = await hunt(workerData as HuntOrder);
parentPort?.postMessage(result);
