/** Owns turning a failed transaction into the refusal that a person is shown. */
import { type Outcome, refuse } from '#protocol/refusals.ts';
import { StoreFault } from '#wallet/ports.ts';

/** A bug goes on as it is. */
export async function outcomeOf<T>(work: Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StoreFault) return refuse(error.code, error.message);
    throw error;
  }
}
