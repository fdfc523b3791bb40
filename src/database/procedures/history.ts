import type { Effect } from '../../domain/effect.ts';
import { procedureValues } from '../../domain/procedure.ts';
import type { Transaction } from '../database.ts';
import type { Written } from '../statements/written.ts';
import { inputsOf } from './dictionary.ts';
import type { Procedure } from './procedure.ts';

/** Keeps the cross-provider history of devices, where the operator's database has it (contracts/database.md). */
export const HISTORY_PROCEDURE = 'usp_UpdateCrossProviderDeviceHistory';

type History = Effect & { readonly kind: 'history'; readonly bulkChangeId: string };

/** Calls it for the devices whose history was written in this transaction: once per bulk change, or for each device. */
export async function callHistoryProcedure(
  tx: Transaction,
  procedure: Procedure,
  histories: readonly History[],
  { operator, portalTypes }: Written,
): Promise<void> {
  const keyOf = ({ bulkChangeId, deviceId }: History): string => (procedure.isPerDevice ? `${bulkChangeId} ${deviceId}` : bulkChangeId);
  for (const mine of Map.groupBy(histories, keyOf).values()) {
    const [{ bulkChangeId } = { bulkChangeId: '' }] = mine;
    const devices = [...new Map(mine.map((history) => [history.deviceId, procedureValues(history)])).values()];
    const inputs = inputsOf(procedure.parameters, { bulkChangeId, operator, portalTypes, devices });
    const given = procedure.parameters.flatMap(({ name, isOutput }) =>
      inputs.has(name) ? [`@${name} = :${name}`] : isOutput ? [`@${name} = NULL`] : [],
    );
    await tx.execute(`EXEC ${procedure.name} ${given.join(', ')}`, Object.fromEntries(inputs));
  }
}
