import { PondBulkError } from '../domain/errors.ts';
import type { RowFacts } from '../domain/facts.ts';
import type { LineRange, PreparedList } from '../domain/facts-store.ts';
import { heldBy } from '../domain/held.ts';
import { judge } from '../domain/judge.ts';
import type { Judging, Verdict } from '../domain/verdict.ts';
import type { Operator } from '../domain/operator.ts';
import type { ValidationAnswer } from '../domain/result.ts';
import type { RowStatus } from '../domain/status.ts';
import { asExpected, type Expected } from './expectation.ts';
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
  const providers = new Map<number, string>();
  for await (const page of list.facts()) {
    for (const row of page) {
      const { device } = row;
      if (device !== null && row.problem === null && !providers.has(device.providerId)) {
        requireAccess(device.providerId, device.integration, options);
        providers.set(device.providerId, device.providerName);
      }
      tally.add(row, judgeRow(row));
    }
  }
  const { byStatus, problems, samples, providerRefused } = tally;
  const isValid = (byStatus.REJECTED ?? 0) + (byStatus.STALE ?? 0) === 0;
  return {
    list,
    answer: { isValid, validationMessage: isValid ? '' : 'One or more devices have validation errors', errors: tally.errors() },
    byStatus,
    problems,
    groups: completed([...tally.groups.values()], [...tally.refusedOf.values()], options),
    pages: tally.pages(),
    samples,
    providers: [...providers.values()],
    providerRefused,
    warnings: list.luhnFailures === 0 ? [] : [luhnWarning(list.luhnFailures)],
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
function completed(
  groups: readonly Group[],
  refused: readonly RowFacts[],
  { operator, providerId, judging }: ValidateOptions,
): readonly Group[] {
  const all = [...groups];
  for (const { device, values } of refused) {
    if (device === null || all.some((group) => group.providerId === device.providerId)) continue;
    const { providerId: id, portal } = device;
    all.push({ key: `refused ${id}`, providerId: id, portal, planCode: values.plan ?? null, example: null });
  }
  if (all.length > 0) return all;
  const mine = operator.providers.filter(
    ({ id, tenantId }) => tenantId === operator.tenantId && (operator.providerIds?.includes(id) ?? true),
  );
  const fallback =
    operator.providers.find(({ id }) => id === providerId) ??
    mine.find(({ integration }) => judging.carrierOf(integration) !== undefined) ??
    mine[0];
  if (fallback === undefined) return [];
  return [{ key: `refused ${fallback.id}`, providerId: fallback.id, portal: fallback.portal, planCode: null, example: null }];
}

/** Permission and access are asked for per provider that the list touches. Rejects with PondBulkError. */
export function requireAccess(
  providerId: number,
  integration: string,
  { operator, moduleOf }: Pick<ValidateOptions, 'operator' | 'moduleOf'>,
): void {
  const module = moduleOf(integration);
  if (operator.modules !== null && !operator.modules.some((each) => each.toLowerCase() === module.toLowerCase())) {
    throw new PondBulkError('credentials', 'NO_PERMISSION', `User ${operator.name} has no CREATE permission for module ${module}`);
  }
  if (operator.providerIds !== null && !operator.providerIds.includes(providerId)) {
    const provider = operator.providers.find(({ id }) => id === providerId);
    throw new PondBulkError(
      'credentials',
      'NO_PROVIDER_ACCESS',
      `User ${operator.name} has no access to service provider ${provider?.displayName ?? providerId}`,
    );
  }
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
  return new PondBulkError(
    'input',
    'NO_READABLE_ICCID',
    `${list.name}: none of its ${list.rowCount} rows has a readable ICCID; line ${first.line}, column ${column}: ${message} (${hint})`,
  );
}
