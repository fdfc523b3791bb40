import type { ReadDatabase } from '../database/database.ts';
import type { PortalTypes } from '../database/portals.ts';
import { findChangeTypes, findProviders, type IntegrationNames } from '../database/statements/lookups.ts';
import { findOperator, type PermissionSettings } from '../database/statements/operator.ts';
import { PondBulkError } from '../domain/errors.ts';
import type { Operator } from '../domain/operator.ts';
import { findProvider } from '../run/flag-values.ts';
import { failure, listed, warning, well, type Check } from './check.ts';

/** The settings that say who the operator is and how numbers are read. */
export interface OperatorSettings {
  /** POND_BULK_OPERATOR. */
  readonly operator: string | null;
  /** SERVICE_PROVIDER. */
  readonly serviceProvider: string | null;
  readonly permissions: PermissionSettings;
  readonly integrations: IntegrationNames;
  readonly portalTypes: PortalTypes;
  /** CHANGE_TYPE_<NAME>. */
  readonly changeType: (name: string) => number | undefined;
}

/** Change types that runs are saved as. */
const CHANGE_TYPES = ['CarrierRatePlanChange', 'CustomerAssignment'];

/** Who the runs would be for, and what he may do. */
export async function checkOperator(db: ReadDatabase, settings: OperatorSettings): Promise<readonly Check[]> {
  const { operator: name, permissions } = settings;
  if (name === null) return [failure('Operator', 'nobody is named', 'set POND_BULK_OPERATOR to a user name of the portal')];
  try {
    const operator = await findOperator(db, name, await findProviders(db, settings.integrations, settings.portalTypes), permissions);
    return [rightsOf(operator), ...serviceProvider(operator, settings.serviceProvider)];
  } catch (error) {
    return [refused('Operator', error, 'correct POND_BULK_OPERATOR, or what the portal knows of him')];
  }
}

function rightsOf({ name, tenantId, modules, providers, providerIds }: Operator): Check {
  const mine = providers.filter(({ id, tenantId: owner }) => owner === tenantId && (providerIds?.includes(id) ?? true));
  const where = `${name}, tenant ${tenantId}, ${mine.length} service provider${mine.length === 1 ? '' : 's'}`;
  if (modules === null) return warning('Operator', where, 'PERMISSIONS=grants: whoever has this login may change everything');
  const found = `${where}, CREATE in ${listed(modules) || 'no module'}`;
  if (modules.length > 0 && mine.length > 0) return well('Operator', found);
  return failure('Operator', found, 'have him given CREATE and service providers in the portal', 'credentials');
}

function serviceProvider(operator: Operator, wanted: string | null): readonly Check[] {
  if (wanted === null) return [];
  try {
    const { id, displayName } = findProvider(wanted, operator);
    return [well('SERVICE_PROVIDER', `${displayName} (${id})`)];
  } catch (error) {
    return [refused('SERVICE_PROVIDER', error, `set it to one of: ${listed(operator.providers.map(({ name }) => name))}`)];
  }
}

function refused(name: string, error: unknown, advice: string): Check {
  if (!(error instanceof PondBulkError)) throw error;
  return failure(name, error.message, advice, error.kind === 'credentials' ? 'credentials' : 'config');
}

/** DeviceChangeRequestType, which only runs read. */
export async function checkChangeTypes(db: ReadDatabase, { changeType }: OperatorSettings): Promise<Check> {
  const known = await findChangeTypes(db);
  const numbers = CHANGE_TYPES.map((name) => [name, changeType(name) ?? known.get(name)] as const);
  const missing = numbers.flatMap(([name, number]) => (number === undefined ? [name] : []));
  if (missing.length === 0) return well('Change types', numbers.map(([name, number]) => `${name} = ${number}`).join(', '));
  const advice = `set ${missing.map((name) => `CHANGE_TYPE_${name.toUpperCase()}`).join(', ')} to the number${missing.length === 1 ? '' : 's'} of your installation`;
  return failure('Change types', `DeviceChangeRequestType has no ${missing.join(', ')}`, advice);
}
