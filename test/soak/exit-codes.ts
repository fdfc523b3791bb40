import { SIGNAL_EXIT_CODES, type StopSignal } from '../../src/cli/exit-codes.ts';
import type { RowStatus } from '../../src/domain/status.ts';
import type { RanHere, ToldEvent } from '../end-to-end/in-process.ts';
import type { SavedRow } from './world.ts';

/** The worst status decides. */
const CODES: readonly (readonly [code: number, statuses: readonly RowStatus[]])[] = [
  [9, ['UNKNOWN', 'ACCEPTED']],
  [6, ['NOT_STARTED']],
  [5, ['FAILED', 'COMPENSATED', 'STALE', 'REJECTED']],
];

/** Exit codes that fit how the rows stand. A signal may come too late to stop anything. */
export function exitCodesOf(rows: readonly SavedRow[], { events }: RanHere, signals: readonly NodeJS.Signals[]): readonly number[] {
  const ofSignals = signals.flatMap((signal) => (signal in SIGNAL_EXIT_CODES ? [SIGNAL_EXIT_CODES[signal as StopSignal]] : []));
  if (events.some(({ type, rule }) => type === 'gate' && rule === 'auth')) return [4, ...ofSignals];
  const worst = CODES.find(([, statuses]) => rows.some(({ status }) => statuses.includes(status)))?.[0] ?? 0;
  // A reconcile that sees a device otherwise than its run left it.
  const hasDrift = worst === 0 && events.some(({ type }) => type === 'row.drift');
  // What an account that said no left over is so until it is gone on with.
  const wasRefused = rows.some(({ status, message }) => status === 'NOT_STARTED' && REFUSED.test(message));
  return [hasDrift ? 5 : worst, ...(wasRefused || events.some(isRefused) ? [4] : []), ...ofSignals];
}

const REFUSED = /: (authentication|login) failed/;

/** A device that was only to be looked at, after a wave or by reconcile, and the account said no. */
function isRefused({ type, message }: ToldEvent): boolean {
  return (type === 'gate' || type === 'row.drift') && REFUSED.test(message ?? '');
}
