import type { Change } from '../../domain/change.ts';
import type { Portal } from '../../domain/effect.ts';
import { movedSince } from '../../domain/moved-since.ts';
import type { Refused } from '../../domain/refusal.ts';
import type { DeviceState } from '../../domain/result.ts';
import type { Transaction } from '../database.ts';
import { ownTable } from '../own-schema.ts';
import { PORTAL_TABLES } from '../portals.ts';
import { setOf } from '../sets.ts';

/** A row that gets no new attempt. */
export interface LeftAlone {
  readonly id: string;
  readonly refused: Refused;
}

interface Stored {
  readonly id: string;
  readonly subject: string;
  readonly after_state: string | null;
  readonly plan_code: string | null;
  readonly comm_plan: string | null;
  readonly account: string | null;
  readonly site: number | null;
  readonly customer_plan: number | null;
  readonly customer_pool: number | null;
}

/** Rows of a bulk change with these statuses whose devices are not as the rows left them. */
export async function findMoved(
  tx: Transaction,
  portal: Portal,
  { bulkChangeId, statuses }: { readonly bulkChangeId: string; readonly statuses: readonly string[] },
): Promise<readonly LeftAlone[]> {
  const { change, device, tenant, tenantKey } = PORTAL_TABLES[portal];
  const rows = await tx.query<Stored>(
    `
    SELECT CAST(mine.id AS nvarchar(30)) AS id, mine.subject, mine.after_state, device.RatePlan AS plan_code, device.CommunicationPlan AS comm_plan,
      tenant.AccountNumber AS account, tenant.SiteId AS site, tenant.CustomerRatePlanId AS customer_plan, tenant.CustomerRatePoolId AS customer_pool
    FROM ${ownTable(tx.engine, 'change_row')} AS mine
    JOIN DeviceBulkChange AS bulk_change ON bulk_change.id = mine.bulk_change_id
    JOIN ${change} AS its ON its.id = mine.device_change_id
    LEFT JOIN ${device} AS device ON device.id = its.DeviceId
    LEFT JOIN ${tenant} AS tenant ON tenant.${tenantKey} = device.id AND tenant.TenantId = bulk_change.TenantId AND tenant.IsActive = 1 AND tenant.IsDeleted = 0
    WHERE mine.bulk_change_id = :bulkChangeId AND mine.status IN (SELECT wanted.status FROM ${setOf('wanted', { status: 'nvarchar(20)' })} AS wanted)`,
    { bulkChangeId, wanted: statuses.map((status) => ({ status })) },
  );
  return rows.flatMap((row) => {
    // Written by ourselves.
    const wrote = row.after_state === null ? null : (JSON.parse(row.after_state) as DeviceState);
    const refused = movedSince(JSON.parse(row.subject) as Change, wrote, stateOf(row));
    return refused === null ? [] : [{ id: row.id, refused }];
  });
}

/** Named as in `Change.before`. */
function stateOf({ plan_code, comm_plan, account, site, customer_plan, customer_pool }: Stored): DeviceState {
  return {
    plan: plan_code,
    commPlan: comm_plan,
    customer: account,
    siteId: site,
    customerRatePlanId: customer_plan,
    customerRatePoolId: customer_pool,
  };
}
