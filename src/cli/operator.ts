import { PondBulkError } from '../domain/errors.ts';
import type { Provider } from '../domain/facts.ts';
import type { Operator } from '../domain/operator.ts';
import type { BulkChangeInfo } from '../domain/run-store.ts';
import { requireAccess } from '../run/validate.ts';
import type { ReadSession } from './context.ts';

/** Who the operator is, and what he may do. Rejects with PondBulkError when nobody says, or nobody has that name. */
export async function operatorOf({ config, facts }: Pick<ReadSession, 'config' | 'facts'>): Promise<Operator> {
  if (config.operator !== null) return facts.operator(config.operator);
  throw new PondBulkError(
    'config',
    'OPERATOR_MISSING',
    'Nobody says who the operator is: set POND_BULK_OPERATOR to a user name of the portal',
  );
}

/** The operator. Rejects with PondBulkError (credentials) unless he may change devices of these bulk changes' providers. */
export async function requireProviderAccess(
  session: Pick<ReadSession, 'config' | 'facts' | 'systems'>,
  bulkChanges: readonly BulkChangeInfo[],
): Promise<Operator> {
  const operator = await operatorOf(session);
  const moduleOf = (integration: string): string => session.systems.carrierOf(integration)?.portal ?? 'M2M';
  for (const { providerId, integration } of bulkChanges) requireAccess(providerId, integration, { operator, moduleOf });
  return operator;
}

/** Rejects with PondBulkError (credentials) unless the operator may change devices of these bulk changes' providers, and they may be written to. */
export async function requireMayWrite(
  session: Pick<ReadSession, 'config' | 'facts' | 'systems'>,
  bulkChanges: readonly BulkChangeInfo[],
): Promise<void> {
  const { providers } = await requireProviderAccess(session, bulkChanges);
  for (const { id, providerId } of bulkChanges) {
    const provider = providers.find((each) => each.id === providerId);
    if (provider?.writeIsEnabled !== false) continue;
    const others = bulkChanges.length === 1 ? '' : `; others can be gone on with one by one (this is bulk change ${id})`;
    throw new PondBulkError(
      'credentials',
      'WRITES_DISABLED',
      `Writes disabled for service provider ${provider.displayName} (ServiceProvider.WriteIsEnabled is 0): nothing was sent${others}`,
    );
  }
}

/** Service providers whose devices the operator may change. Rejects with PondBulkError (credentials) when there is none. */
export function changeableProviders(operator: Operator, { carrierOf }: ReadSession['systems']): readonly Provider[] {
  const { modules, providerIds, providers, name } = operator;
  const mine = providers.filter(({ id, integration }) => {
    const module = (carrierOf(integration)?.portal ?? 'M2M').toLowerCase();
    return (providerIds?.includes(id) ?? true) && (modules?.some((each) => each.toLowerCase() === module) ?? true);
  });
  if (mine.length > 0) return mine;
  throw new PondBulkError('credentials', 'NO_PERMISSION', `User ${name} may change devices of no service provider`);
}
