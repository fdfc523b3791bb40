import type { RowError } from '../domain/result.ts';
import type { RowStatus } from '../domain/status.ts';

/** When a provider is stopped because of its rows; null where there is no such rule. */
export interface GateRules {
  /** So many failed rows. */
  readonly failed: number | null;
  /** So many percent of the finished rows failed; judged once `minRows` are finished. */
  readonly rate: { readonly percent: number; readonly minRows: number } | null;
  /** So many rows failed with the same error. */
  readonly sameError: number | null;
}

/** Nothing stops a provider. */
export const NO_GATES: GateRules = { failed: null, rate: null, sameError: null };

/** Why a provider was stopped. */
export interface GateStop {
  /** The option that asked for it. */
  readonly rule: 'abort-after' | 'abort-rate' | 'abort-same-error';
  readonly message: string;
}

/** Watches the rows of one provider: others have gates of their own, and go on. */
export interface Gate {
  /** Takes every row that was worked on. Answers what stops the provider, once. */
  take(row: { readonly status: RowStatus; readonly error: RowError | null }): GateStop | null;
}

/**
 * Counts a provider's rows from the beginning of a run, or of its `resume`. A row whose answer is lost counts as failed: a carrier
 * that answers nobody must stop a run too. Rows that are not finished (ACCEPTED, NOT_STARTED) do not count yet.
 */
export function createGate(rules: GateRules): Gate {
  const errors = new Map<string, number>();
  let finished = 0;
  let failed = 0;
  let isStopped = false;
  const judge = (code: string): GateStop | null => {
    if (rules.failed !== null && failed >= rules.failed) return { rule: 'abort-after', message: `${rowsFailed(failed)}` };
    const same = errors.get(code) ?? 0;
    if (rules.sameError !== null && same >= rules.sameError)
      return { rule: 'abort-same-error', message: `${rowsFailed(same)} with the same error, ${code}` };
    const { rate } = rules;
    if (rate !== null && finished >= rate.minRows && failed * 100 >= rate.percent * finished)
      return { rule: 'abort-rate', message: `${failed} of ${finished} finished rows failed, ${rate.percent} % or more` };
    return null;
  };
  return {
    take: ({ status, error }) => {
      if (!isFinished(status) || isStopped) return null;
      finished += 1;
      const code = error?.code ?? status;
      if (hasFailed(status)) {
        failed += 1;
        errors.set(code, (errors.get(code) ?? 0) + 1);
      }
      // A row that did well may be the one that makes enough of them.
      const stop = judge(hasFailed(status) ? code : '');
      isStopped = stop !== null;
      return stop;
    },
  };
}

/** The rules, a sentence each, for people. */
export function gatesInWords({ failed, rate, sameError }: GateRules): readonly string[] {
  return [
    ...(failed === null ? [] : [`A provider is stopped when ${rows(failed)} of it failed`]),
    ...(rate === null
      ? []
      : [`A provider is stopped when ${rate.percent} % of its finished rows failed, judged from ${rows(rate.minRows)} on`]),
    ...(sameError === null ? [] : [`A provider is stopped when ${rows(sameError)} of it failed with the same error`]),
  ];
}

function isFinished(status: RowStatus): boolean {
  return status !== 'ACCEPTED' && status !== 'NOT_STARTED';
}

function hasFailed(status: RowStatus): boolean {
  return status === 'FAILED' || status === 'COMPENSATED' || status === 'UNKNOWN';
}

function rows(count: number): string {
  return `${count} row${count === 1 ? '' : 's'}`;
}

function rowsFailed(count: number): string {
  return `${rows(count)} failed`;
}
