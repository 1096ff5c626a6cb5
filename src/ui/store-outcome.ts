/** Owns turning a failed storage call into the refusal that a person is told. Bugs go on as they are. */
import { type Outcome, refuse } from '#protocol/refusals.ts';
import { StoreFault } from '#wallet/ports.ts';

export async function storeOutcome<T>(work: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreFault) return refuse(error.code, error.message);
    throw error;
  }
}
