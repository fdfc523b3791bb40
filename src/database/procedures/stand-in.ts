import type { JournalEntry } from '../../run/journal.ts';
import type { Database } from '../database.ts';
import { writeEffects } from '../statements/effects/write-effects.ts';
import type { Written } from '../statements/written.ts';
import { writeAnswers, type CallingRow } from './call.ts';
import { inputsOf } from './dictionary.ts';

/** Parameters as installations have them (contracts/ebonding.md). */
const PARAMETERS = ['ICCID', 'PhoneNumber', 'CarrierRatePlan', 'EffectiveDate', 'ProcessedBy', 'ServiceProviderId'];

/** Does what a procedure would have done, where the database has none: effects, journal entry and audit row in one transaction. */
export async function standIn(db: Database, bulkChangeId: string, row: CallingRow, written: Written): Promise<JournalEntry> {
  const { procedure, effects, standIn: own, values } = row.call;
  if (own === undefined) throw new Error(`${procedure} has no stand-in, and ${db.identity} has no procedures`);
  const { operator, portalTypes } = written;
  const parameters = PARAMETERS.map((name) => ({ name, type: 'nvarchar', isOutput: false }));
  const inputs = inputsOf(parameters, { bulkChangeId, operator, portalTypes, devices: [values] });
  const request = `${procedure} ${JSON.stringify(Object.fromEntries(inputs))}`;
  const response = `Done by the built-in stand-in of ${procedure}`;
  return db.transaction(async (tx) => {
    await writeEffects(
      tx,
      [...effects, ...own].map((effect) => ({ ...effect, bulkChangeId })),
      written,
    );
    const [answer] = await writeAnswers(tx, bulkChangeId, [row], written, () => ({ request, response, problem: null }));
    if (answer === undefined) throw new Error(`${procedure} was stood in for no row`);
    return answer;
  });
}
