import { PondBulkError } from '../../domain/errors.ts';
import type { FactsWanted } from '../../domain/facts-store.ts';
import { createLookupIndex } from '../../domain/lookup-index.ts';
import { openListFile, type ListSource } from '../../intake/read-list.ts';
import { findProvider, requireFlagValues } from '../../run/flag-values.ts';
import type { ChangeQuota } from '../../run/run-store.ts';
import { requireAccess, validate, type Validation } from '../../run/validate.ts';
import type { Context, ReadSession, WriteSession } from '../context.ts';
import { operatorOf } from '../operator.ts';
import { quotasOf } from '../quota.ts';
import type { ChangeCommand } from './change-command.ts';
import { readWanted } from './read-wanted.ts';

/** Rows in one transaction: a statement with about 5,000 row locks makes SQL Server lock the whole table. */
const ROWS_PER_SAVE = 4000;

/** Without --file the list is standard input to its end, whatever that is; on a terminal nobody would know that it waits. */
export function openSource({ terminal }: Context, { flags, name }: ChangeCommand): ListSource {
  if (flags.file !== undefined && flags.file !== '-') return openListFile(flags.file);
  if (terminal.isInTty && flags.file === undefined) {
    throw new PondBulkError(
      'usage',
      'LIST_MISSING',
      `No list. Give a file: pond-bulk ${name} --file iccids.csv, or a pipe: cat iccids.csv | pond-bulk ${name}`,
    );
  }
  return { name: 'standard input', stream: terminal.stdin };
}

/** A change that is validated and may be confirmed. */
export interface Prepared {
  readonly validation: Validation;
  readonly operator: Awaited<ReturnType<ReadSession['facts']['operator']>>;
  /** Given by --provider or SERVICE_PROVIDER. */
  readonly providerId: number | null;
  readonly warnings: readonly string[];
}

/** Reads what was given and validates it. Rejects with PondBulkError when none of it may be done. */
export async function prepareChange(
  session: ReadSession | WriteSession,
  command: ChangeCommand,
  source: ListSource | null,
): Promise<Prepared> {
  const { flags, defaults, request, decided } = command;
  const { config, facts, systems } = session;
  const operator = await operatorOf(session);
  const wanted = decided === undefined ? (flags.provider ?? config.serviceProvider) : (decided.providerId?.toString() ?? null);
  const provider = wanted === null ? null : findProvider(wanted, operator);
  const access = { operator, moduleOf: (integration: string) => systems.carrierOf(integration)?.portal ?? 'M2M' };
  if (provider !== null) requireAccess(provider.id, provider.integration, access);
  // What cannot be called is said before anything is read.
  await facts.requireCallable(request.kind);
  const given = decided?.list ?? (await readWanted(source, command));
  const quotaOptions = { today: request.today, useLastChange: request.useLastChange === true };
  const list = await facts.prepare(given, {
    operator,
    providerId: provider?.id ?? null,
    defaults,
    services: request.kind === 'assign-customer' || request.refuseActiveRevServices,
    activation: request.kind === 'assign-customer' && request.useCarrierActivation,
    ...countedBy(quotasOf(provider === null ? operator.providers : [provider], systems, quotaOptions)),
  });
  const index = createLookupIndex(list.lookups);
  const mine = provider === null ? operator.providers.filter(({ tenantId }) => tenantId === operator.tenantId) : [provider];
  requireFlagValues(defaults, index, mine, list);
  const validation = await validate(list, {
    judging: { request, index, carrierOf: systems.carrierOf },
    providerId: provider?.id ?? null,
    refusalOf: await systems.refusals(operator.providers),
    pageRows: ROWS_PER_SAVE,
    expectedOf: decided?.expectedOf,
    ...access,
  });
  await decided?.requireUsable(validation, session);
  const byGrants = config.permissions === 'grants' ? ['Permissions are left to the database login (PERMISSIONS=grants)'] : [];
  return { validation, operator, providerId: provider?.id ?? null, warnings: [...config.warnings, ...byGrants, ...validation.warnings] };
}

function countedBy(quotas: readonly ChangeQuota[]): Pick<FactsWanted, 'quotas'> {
  const [first] = quotas;
  return first === undefined ? {} : { quotas: { since: first.since, providers: quotas.map(({ counted }) => counted) } };
}
