import { PondBulkError } from '../domain/errors.ts';
import type { Provider, RowFacts } from '../domain/facts.ts';
import type { LineRange, PreparedList } from '../domain/facts-store.ts';
import { heldBy } from '../domain/held.ts';
import { judge } from '../domain/judge.ts';
import type { Judging, Verdict } from '../domain/verdict.ts';
import type { Operator } from '../domain/operator.ts';
import type { ValidationAnswer } from '../domain/result.ts';
import type { RowStatus } from '../domain/status.ts';
import { asExpected, type Expected } from './expectation.ts';
import { EffectiveDays } from './effective-days.ts';
import type { Group } from './groups.ts';
import { Tally, type Problem, type Sample } from './tally.ts';

/** Why nothing can be sent for a provider: its rows are refused with this text. */
export interface ProviderRefusal {
  readonly code: 'WRITES_DISABLED' | 'CREDENTIALS_MISSING' | 'PROCEDURE_MISSING' | 'EFFECTIVE_DATE_NOT_SUPPORTED';
  readonly message: string;
  readonly hint: string;
}

export interface ValidateOptions {
  readonly judging: Judging;
  readonly operator: Operator;
  /** Given by --provider or SERVICE_PROVIDER. */
  readonly providerId: number | null;
  /** What a planned change cannot have because of its provider, else null. */
  readonly refusalOf: (verdict: Verdict & { readonly status: 'PLANNED' }) => ProviderRefusal | null;
  readonly moduleOf: (integration: string) => string;
  /** Rows per transaction when they are saved. */
  readonly pageRows: number;
  /** What each line must find, when it was decided about earlier (a saved plan, a rollback). */
  readonly expectedOf?: ((line: number) => Expected | undefined) | undefined;
}

/** What the rules make of a list. */
export interface Validation {
  readonly list: PreparedList;
  readonly answer: ValidationAnswer;
  readonly byStatus: Readonly<Partial<Record<RowStatus, number>>>;
  /** The first problems; `answer.errors` has their texts. */
  readonly problems: readonly Problem[];
  readonly groups: readonly Group[];
  /** Lines of each page to save. */
  readonly pages: readonly LineRange[];
  /** Three planned rows, to be shown before they are confirmed. */
  readonly samples: readonly Sample[];
  /** Names of the providers with planned rows. */
  readonly providers: readonly string[];
  /** Whether a provider was refused whole (writes disabled, no credentials). */
  readonly providerRefused: boolean;
  /** The first and the last effective date of the service lines that will be made; null when none will be. */
  readonly serviceDays: { readonly first: string; readonly last: string } | null;
  readonly warnings: readonly string[];
  judge(row: RowFacts): Verdict;
  /** Whether the row on this line was to be done when the list was validated: that is what is confirmed. */
  isPlanned(line: number): boolean;
}

/**
 * Judges every row in one pass over the facts. Rejects with PondBulkError when the whole request is refused: no readable
 * line (input), no permission or access (credentials).
 */
export async function validate(list: PreparedList, options: ValidateOptions): Promise<Validation> {
  if (list.readable === 0) throw nothingReadable(list, await firstProblem(list));
  const { expectedOf } = options;
  const judgeRow = (row: RowFacts): Verdict => {
    const verdict = unlessHeld(withRefusal(judge(row, options.judging), options), row);
    return expectedOf === undefined ? verdict : asExpected(verdict, expectedOf(row.line));
  };
  const tally = new Tally(options.pageRows);
  const days = new EffectiveDays(options.judging.request);
  const providers = new Map<number, string>();
  for await (const page of list.facts()) {
    for (const row of page) {
      const { device } = row;
      if (device !== null && row.problem === null && !providers.has(device.providerId)) {
        requireAccess(device.providerId, device.integration, options);
        providers.set(device.providerId, device.providerName);
      }
      const verdict = judgeRow(row);
      tally.add(row, verdict);
      days.add(row, verdict);
    }
  }
  const { byStatus, problems, samples, refused } = tally;
  return {
    list,
    answer: refused.answer(),
    byStatus,
    problems,
    groups: completed(tally, options),
    pages: tally.pages(),
    samples,
    providers: [...providers.values()],
    providerRefused: refused.providerRefused,
    serviceDays: days.serviceDays,
    warnings: [...(list.luhnFailures === 0 ? [] : [luhnWarning(list.luhnFailures)]), ...days.warnings()],
    judge: judgeRow,
    isPlanned: (line) => tally.planned.has(line),
  };
}

function luhnWarning(failures: number): string {
  return `${failures} ICCID${failures === 1 ? '' : 's'} with a check digit that does not fit (Luhn): look for typing errors`;
}

function withRefusal(verdict: Verdict, { refusalOf }: ValidateOptions): Verdict {
  const refusal = verdict.status === 'PLANNED' ? refusalOf(verdict) : null;
  return refusal === null ? verdict : { status: 'REJECTED', code: refusal.code, message: refusal.message, hint: refusal.hint };
}

/** Only what would be done otherwise: a row that is refused has a better reason. */
function unlessHeld(verdict: Verdict, { device }: RowFacts): Verdict {
  const holder = device?.heldBy ?? null;
  return verdict.status !== 'PLANNED' || holder === null ? verdict : { status: 'STALE', ...heldBy(holder) };
}

/** Every refused row needs a bulk change to be recorded in: providers with refused rows only get one too. */
function completed({ groups, refusedOf, unknown }: Tally, options: ValidateOptions): readonly Group[] {
  const all = [...groups.values()];
  for (const { device, values } of refusedOf.values()) {
    if (device === null || all.some((group) => group.providerId === device.providerId)) continue;
    const { providerId: id, portal } = device;
    all.push({ key: `refused ${id}`, providerId: id, portal, planCode: values.plan ?? null, example: null });
  }
  if (all.length > 0) return all;
  const { id, portal, integration } = providerOfUnknown(unknown, options);
  requireAccess(id, integration, options);
  return [{ key: `refused ${id}`, providerId: id, portal, planCode: null, example: null }];
}

/** Where rows of no known device are recorded: at the provider that is named, or the first that the operator may use, if possible one with the plan. */
function providerOfUnknown(row: RowFacts | null, options: ValidateOptions): Provider {
  const { operator, providerId, judging } = options;
  const named = operator.providers.find(({ id }) => id === providerId);
  if (named !== undefined) return named;
  const ofTenant = operator.providers.filter(({ tenantId }) => tenantId === operator.tenantId);
  const mine = ofTenant.filter(({ id, integration }) => accessProblem(id, integration, options) === null);
  const plan = row?.values.plan;
  const [first] = [
    ...mine.filter(({ id }) => plan !== undefined && judging.index.plan(id, plan) !== undefined),
    ...mine.filter(({ integration }) => judging.carrierOf(integration) !== undefined),
    ...mine,
    ...ofTenant,
  ];
  if (first !== undefined) return first;
  throw new PondBulkError('input', 'NO_PROVIDER', 'None of the devices is known, so no service provider is: name one with --provider');
}

/** Permission and access are asked for per provider that the list touches. Rejects with PondBulkError. */
export function requireAccess(providerId: number, integration: string, access: Access): void {
  const problem = accessProblem(providerId, integration, access);
  if (problem !== null) throw problem;
}

type Access = Pick<ValidateOptions, 'operator' | 'moduleOf'>;

function accessProblem(providerId: number, integration: string, { operator, moduleOf }: Access): PondBulkError | null {
  const { name, modules, providerIds, providers } = operator;
  const module = moduleOf(integration);
  if (modules !== null && !modules.some((each) => each.toLowerCase() === module.toLowerCase()))
    return new PondBulkError('credentials', 'NO_PERMISSION', `User ${name} has no CREATE permission for module ${module}`);
  if (providerIds === null || providerIds.includes(providerId)) return null;
  const shown = providers.find(({ id }) => id === providerId)?.displayName ?? providerId;
  return new PondBulkError('credentials', 'NO_PROVIDER_ACCESS', `User ${name} has no access to service provider ${shown}`);
}

async function firstProblem(list: PreparedList): Promise<RowFacts | null> {
  for await (const page of list.facts()) {
    const found = page.find(({ problem }) => problem !== null);
    if (found !== undefined) return found;
  }
  return null;
}

function nothingReadable(list: PreparedList, first: RowFacts | null): PondBulkError {
  if (first?.problem == null)
    return new PondBulkError('input', 'EMPTY_LIST', `${list.name} has no rows. Give a list with one ICCID per line`);
  const { message, hint, column } = first.problem;
  const none = list.rowCount === 1 ? 'its only row has no' : `none of its ${list.rowCount} rows has a`;
  return new PondBulkError(
    'input',
    'NO_READABLE_ICCID',
    `${list.name}: ${none} readable ICCID; line ${first.line}, column ${column}: ${message} (${hint})`,
  );
}
