import type { EffectOf, Portal } from '../../../domain/effect.ts';
import type { Transaction } from '../../database.ts';
import { PORTAL_TABLES } from '../../portals.ts';
import { setOf } from '../../sets.ts';
import type { Written } from '../written.ts';

/** DeviceActionHistory: what the portal shows of a device. */
export async function writeHistory(
  tx: Transaction,
  items: readonly (EffectOf<'history'> & { readonly bulkChangeId: string })[],
  portal: Portal,
  { operator, at }: Written,
): Promise<void> {
  const set = setOf('items', {
    providerId: 'int',
    deviceId: 'int',
    iccid: 'nvarchar(50)',
    msisdn: 'nvarchar(50)',
    previous: 'nvarchar(max)',
    current: 'nvarchar(max)',
    field: 'nvarchar(100)',
    changeType: 'nvarchar(100)',
    tenantId: 'int',
    bulkChangeId: 'bigint',
  });
  await tx.execute(
    `
    INSERT INTO DeviceActionHistory (ServiceProviderId, ${PORTAL_TABLES[portal].historyKey}, ICCID, MSISDN, PreviousValue, CurrentValue, ChangedField, ChangeEventType, DateOfChange, ChangedBy,
      TenantId, BulkChangeId, CreatedBy, CreatedDate, IsActive, IsDeleted)
    SELECT item.providerId, item.deviceId, item.iccid, item.msisdn, item.previous, item.[current], item.field, item.changeType, :at, :operator,
      item.tenantId, item.bulkChangeId, :operator, :at, 1, 0
    FROM ${set} AS item`,
    { items, operator, at: new Date(at) },
  );
}
