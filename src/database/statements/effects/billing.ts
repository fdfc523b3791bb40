import type { EffectOf } from '../../../domain/effect.ts';
import type { Transaction } from '../../database.ts';
import { setOf } from '../../sets.ts';
import type { Written } from '../written.ts';

/** Service lines as Rev.io made them. */
export async function writeServices(tx: Transaction, items: readonly EffectOf<'rev-service'>[], { operator, at }: Written): Promise<void> {
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

/** Products of service lines, as Rev.io made them. */
export async function writeProducts(tx: Transaction, items: readonly EffectOf<'rev-product'>[], { operator, at }: Written): Promise<void> {
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
