import { failure, type Check } from './check.ts';

/** One problem (a table that is missing, say) makes other statements fail: each is told, none hides the rest. */
export async function attempt(name: string, work: () => Promise<readonly Check[]>): Promise<readonly Check[]> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') throw error;
    // knex puts the whole statement before what the server said.
    const reason = (error instanceof Error ? error.message : String(error)).split(' - ').at(-1) ?? '';
    return [failure(name, `could not be looked at: ${reason}`, 'correct what else is wrong first')];
  }
}
