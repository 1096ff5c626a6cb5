/** Owns the words behind `npm run serve --`: each stands for the setting of the same name, and goes before it. */
import { parseArgs } from 'node:util';
import { accept, type Outcome, refuse } from '#protocol/refusals.ts';
import type { Environment } from './settings.ts';

export function environmentWith(
  args: readonly string[],
  environment: Environment,
): Outcome<Environment> {
  try {
    const { values } = parseArgs({ args: [...args], options: { processes: { type: 'string' } } });
    const { processes } = values;
    return accept(processes === undefined ? environment : { ...environment, PROCESSES: processes });
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return refuse('input_invalid', `${words}\nUsage: npm run serve -- [--processes N]`);
  }
}
