import type { Effect } from '../../domain/effect.ts';
import type { Portal } from '../../domain/effect.ts';
import { besideColumn } from '../collation.ts';
import type { Transaction } from '../database.ts';
import { PORTAL_TABLES, type LiveNames, type PortalsById, type PortalTypes } from '../portals.ts';
import { setOf } from '../sets.ts';

/** What every row that is written says, and where it goes. */
export interface Written {
  readonly operator: string;
  readonly at: number;
  readonly portalTypes: PortalTypes;
  readonly live: LiveNames;
  /** Of the bulk changes that are written to. */
  readonly portals: PortalsById;
}

type Of<K extends Effect['kind']> = Extract<Effect, { readonly kind: K }>;

/** Writes the effects of many devices: one statement, or an update and an insert, per kind. Repeating it changes nothing further. */
export async function writeEffects(
  tx: Transaction,
  effects: readonly (Effect & { readonly bulkChangeId: string })[],
  written: Written,
): Promise<void> {
  const of = <K extends Effect['kind']>(kind: K) =>
    effects.filter((effect): effect is Of<K> & { bulkChangeId: string } => effect.kind === kind);
  await writePackages(tx, of('pond-package'), written);
  await eachPortal(of('carrier-plan'), (items, portal) => writeCarrierPlans(tx, items, portal, written));
  // Before the assignments, which point to their service line.
  await writeServices(tx, of('rev-service'), written);
  await writeProducts(tx, of('rev-product'), written);
  await eachPortal(of('assignment'), (items, portal) => writeAssignments(tx, items, portal, written));
  await eachPortal(of('customer-plan'), (items, portal) => writeCustomerPlans(tx, items, portal, written));
  await queueCustomerPlans(tx, of('customer-plan-queued'), written);
  await eachPortal(of('history'), (items, portal) => writeHistory(tx, items, portal, written));
}

async function eachPortal<T extends { readonly portal: Portal }>(
  items: readonly T[],
  write: (items: readonly T[], portal: Portal) => Promise<void>,
): Promise<void> {
  for (const [portal, mine] of Map.groupBy(items, ({ portal: each }) => each)) await write(mine, portal);
}

async function writePackages(tx: Transaction, items: readonly Of<'pond-package'>[], { operator, at }: Written): Promise<void> {
  if (items.length === 0) return;
  const set = setOf('items', {
    iccid: 'nvarchar(50)',
    packageId: 'nvarchar(50)',
    packageTypeId: 'bigint',
    status: 'nvarchar(50)',
    providerId: 'int',
  });
  const packageId = besideColumn(tx.engine, 'item.packageId');
  const params = { items, operator, at: new Date(at) };
  await tx.execute(
    `
    UPDATE POND_Package
    SET Status = item.status, PackageTypeId = item.packageTypeId, ModifiedBy = :operator, ModifiedDate = :at
    FROM ${set} AS item
    WHERE POND_Package.PackageId = ${packageId}`,
    params,
  );
  await tx.execute(
    `
    INSERT INTO POND_Package (ICCID, PackageId, PackageTypeId, Status, ServiceProviderId, CreatedBy, CreatedDate, IsActive, IsDeleted)
    SELECT item.iccid, item.packageId, item.packageTypeId, item.status, item.providerId, :operator, :at, 1, 0
    FROM ${set} AS item
    WHERE NOT EXISTS (SELECT 1 FROM POND_Package AS known WHERE known.PackageId = ${packageId})`,
    params,
  );
}

async function writeCarrierPlans(
  tx: Transaction,
  items: readonly Of<'carrier-plan'>[],
  portal: Portal,
  { operator, at, live }: Written,
): Promise<void> {
  const { device, tenant, tenantKey } = PORTAL_TABLES[portal];
  const set = setOf('items', { deviceId: 'int', tenantId: 'int', planId: 'int', planCode: 'nvarchar(255)', commPlan: 'nvarchar(255)' });
  const params = { items, operator, at: new Date(at) };
  await tx.execute(
    `
    UPDATE ${device}
    SET CarrierRatePlanId = item.planId, RatePlan = item.planCode, CommunicationPlan = COALESCE(item.commPlan, ${device}.CommunicationPlan),
      ModifiedBy = :operator, ModifiedDate = :at
    FROM ${set} AS item
    WHERE item.deviceId = ${device}.id`,
    params,
  );
  await tx.execute(
    `
    UPDATE ${tenant}
    SET ${live.hasTenantPlan[portal] ? 'CarrierRatePlanId = item.planId, ' : ''}ModifiedBy = :operator, ModifiedDate = :at
    FROM ${set} AS item
    WHERE item.deviceId = ${tenant}.${tenantKey} AND item.tenantId = ${tenant}.TenantId`,
    params,
  );
}

async function writeAssignments(
  tx: Transaction,
  items: readonly Of<'assignment'>[],
  portal: Portal,
  { operator, at }: Written,
): Promise<void> {
  const { tenant, tenantKey } = PORTAL_TABLES[portal];
  const set = setOf('items', {
    deviceId: 'int',
    tenantId: 'int',
    siteId: 'int',
    accountNumber: 'nvarchar(50)',
    authenticationId: 'int',
    revServiceId: 'int',
    clears: 'int',
  });
  const params = {
    items: items.map((item) => ({ ...item, clears: item.clearsRevService ? 1 : 0 })),
    operator,
    at: new Date(at),
  };
  // RevServiceId is our own RevService.id, found by Rev.io's id of the line.
  const service = '(SELECT MIN(service.id) FROM RevService AS service WHERE service.RevServiceId = item.revServiceId)';
  await tx.execute(
    `
    UPDATE ${tenant}
    SET SiteId = item.siteId, AccountNumber = item.accountNumber, AccountNumberIntegrationAuthenticationId = item.authenticationId,
      RevServiceId = CASE WHEN item.clears = 1 THEN NULL WHEN item.revServiceId IS NOT NULL THEN ${service} ELSE ${tenant}.RevServiceId END,
      IsActive = 1, IsDeleted = 0, ModifiedBy = :operator, ModifiedDate = :at
    FROM ${set} AS item
    WHERE item.deviceId = ${tenant}.${tenantKey} AND item.tenantId = ${tenant}.TenantId`,
    params,
  );
  await tx.execute(
    `
    INSERT INTO ${tenant} (${tenantKey}, TenantId, SiteId, AccountNumber, AccountNumberIntegrationAuthenticationId, RevServiceId, CreatedBy, CreatedDate, IsActive, IsDeleted)
    SELECT item.deviceId, item.tenantId, item.siteId, item.accountNumber, item.authenticationId,
      CASE WHEN item.revServiceId IS NOT NULL THEN ${service} END, :operator, :at, 1, 0
    FROM ${set} AS item
    WHERE NOT EXISTS (SELECT 1 FROM ${tenant} AS known WHERE known.${tenantKey} = item.deviceId AND known.TenantId = item.tenantId)`,
    params,
  );
}

async function writeCustomerPlans(
  tx: Transaction,
  items: readonly Of<'customer-plan'>[],
  portal: Portal,
  { operator, at }: Written,
): Promise<void> {
  const { tenant, tenantKey } = PORTAL_TABLES[portal];
  const set = setOf('items', { deviceId: 'int', tenantId: 'int', customerRatePlanId: 'int', customerRatePoolId: 'int' });
  await tx.execute(
    `
    UPDATE ${tenant}
    SET CustomerRatePlanId = COALESCE(item.customerRatePlanId, ${tenant}.CustomerRatePlanId),
      CustomerRatePoolId = COALESCE(item.customerRatePoolId, ${tenant}.CustomerRatePoolId), ModifiedBy = :operator, ModifiedDate = :at
    FROM ${set} AS item
    WHERE item.deviceId = ${tenant}.${tenantKey} AND item.tenantId = ${tenant}.TenantId`,
    { items, operator, at: new Date(at) },
  );
}

async function queueCustomerPlans(
  tx: Transaction,
  items: readonly Of<'customer-plan-queued'>[],
  { operator, at, portalTypes }: Written,
): Promise<void> {
  if (items.length === 0) return;
  const set = setOf('items', {
    deviceId: 'int',
    tenantId: 'int',
    customerRatePlanId: 'int',
    customerRatePoolId: 'int',
    effectiveDate: 'nvarchar(30)',
    portalType: 'int',
  });
  await tx.execute(
    `
    INSERT INTO Device_CustomerRatePlanOrRatePool_Queue (DeviceId, CustomerRatePlanId, CustomerRatePoolId, EffectiveDate, PortalType, TenantId, CreatedBy, CreatedDate, IsActive)
    SELECT item.deviceId, item.customerRatePlanId, item.customerRatePoolId, item.effectiveDate, item.portalType, item.tenantId, :operator, :at, 1
    FROM ${set} AS item
    WHERE NOT EXISTS (
      SELECT 1 FROM Device_CustomerRatePlanOrRatePool_Queue AS queued
      WHERE queued.DeviceId = item.deviceId AND queued.TenantId = item.tenantId AND queued.EffectiveDate = item.effectiveDate AND queued.IsActive = 1
        AND COALESCE(queued.CustomerRatePlanId, 0) = COALESCE(item.customerRatePlanId, 0)
        AND COALESCE(queued.CustomerRatePoolId, 0) = COALESCE(item.customerRatePoolId, 0))`,
    {
      items: items.map((item) => ({ ...item, effectiveDate: `${item.effectiveDate} 00:00:00.000`, portalType: portalTypes[item.portal] })),
      operator,
      at: new Date(at),
    },
  );
}

async function writeServices(tx: Transaction, items: readonly Of<'rev-service'>[], { operator, at }: Written): Promise<void> {
  if (items.length === 0) return;
  const set = setOf('items', {
    revCustomerKey: 'nvarchar(50)',
    number: 'nvarchar(250)',
    serviceId: 'int',
    serviceTypeId: 'int',
    providerId: 'int',
    usagePlanGroupId: 'int',
    activatedDate: 'nvarchar(30)',
    description: 'nvarchar(max)',
    authenticationId: 'int',
  });
  await tx.execute(
    `
    INSERT INTO RevService (RevCustomerId, Number, RevServiceId, RevServiceTypeId, RevProviderId, RevUsagePlanGroupId, ActivatedDate, Description,
      IntegrationAuthenticationId, CreatedBy, CreatedDate, IsActive, IsDeleted)
    SELECT item.revCustomerKey, item.number, item.serviceId, item.serviceTypeId, item.providerId, item.usagePlanGroupId, item.activatedDate, item.description,
      item.authenticationId, :operator, :at, 1, 0
    FROM ${set} AS item
    WHERE NOT EXISTS (SELECT 1 FROM RevService AS known WHERE known.RevServiceId = item.serviceId)`,
    { items, operator, at: new Date(at) },
  );
}

async function writeProducts(tx: Transaction, items: readonly Of<'rev-product'>[], { operator, at }: Written): Promise<void> {
  if (items.length === 0) return;
  const set = setOf('items', {
    serviceProductId: 'int',
    customerId: 'nvarchar(50)',
    productId: 'int',
    packageId: 'int',
    serviceId: 'int',
    description: 'nvarchar(max)',
    rate: 'decimal(25,4)',
    activatedDate: 'nvarchar(30)',
    authenticationId: 'int',
  });
  await tx.execute(
    `
    INSERT INTO RevServiceProduct (ServiceProductId, CustomerId, ProductId, PackageId, ServiceId, Description, Rate, Quantity, Status, ActivatedDate,
      IntegrationAuthenticationId, CreatedBy, CreatedDate, IsActive, IsDeleted)
    SELECT item.serviceProductId, item.customerId, item.productId, item.packageId, item.serviceId, item.description, item.rate, 1, 'ACTIVE', item.activatedDate,
      item.authenticationId, :operator, :at, 1, 0
    FROM ${set} AS item
    WHERE NOT EXISTS (SELECT 1 FROM RevServiceProduct AS known WHERE known.ServiceProductId = item.serviceProductId)`,
    { items, operator, at: new Date(at) },
  );
}

async function writeHistory(
  tx: Transaction,
  items: readonly (Of<'history'> & { readonly bulkChangeId: string })[],
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
