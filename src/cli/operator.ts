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

/** Rejects with PondBulkError (credentials) unless the operator may change devices of these bulk changes' providers. */
export async function requireProviderAccess(
  session: Pick<ReadSession, 'config' | 'facts' | 'systems'>,
  bulkChanges: readonly BulkChangeInfo[],
): Promise<void> {
  const operator = await operatorOf(session);
  const moduleOf = (integration: string): string => session.systems.carrierOf(integration)?.portal ?? 'M2M';
  for (const { providerId, integration } of bulkChanges) requireAccess(providerId, integration, { operator, moduleOf });
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
