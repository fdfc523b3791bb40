import type { Clock } from '../domain/clock.ts';
import { PondBulkError } from '../domain/errors.ts';
import type { Interruption } from './context.ts';
import { SIGNAL_EXIT_CODES, type StopSignal } from './exit-codes.ts';

/** Watches SIGINT, SIGTERM and SIGHUP: the first drains, the second lets requests in flight go. */
export function createInterruption(process_: Pick<NodeJS.Process, 'on'>, note: (line: string) => void): Interruption {
  const drain = new AbortController();
  const abort = new AbortController();
  let first: StopSignal | null = null;
  const onSignal = (signal: StopSignal): void => {
    if (first === null) {
      first = signal;
      note('Stopping: devices in progress are finished; once more lets them go');
      drain.abort();
    } else if (signal !== 'SIGHUP') {
      // A closed terminal says it more than once: the shell, and the system.
      abort.abort();
    }
  };
  // A table of our own: its keys are the signals.
  for (const signal of Object.keys(SIGNAL_EXIT_CODES) as StopSignal[]) process_.on(signal, () => onSignal(signal));
  return { drain: drain.signal, abort: abort.signal, signal: () => first };
}

/** Until something is saved there is nothing to finish: the first signal ends it at once. Rejects with PondBulkError (cancelled). */
export function untilStopped<T>({ drain }: Pick<Interruption, 'drain'>, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(new PondBulkError('cancelled', 'STOPPED', 'Stopped: nothing was saved, nothing was sent'));
  if (drain.aborted) stop();
  drain.addEventListener('abort', stop, { once: true });
  return Promise.race([work, promise]).finally(() => drain.removeEventListener('abort', stop));
}

/** The second signal, or the end of the time that devices in progress have after the first one. */
export function letGoAfter(
  ms: number,
  { drain, abort }: Interruption,
  clock: Clock,
  isDone: AbortSignal,
  warn: (line: string) => void,
): AbortSignal {
  const late = new AbortController();
  const wait = async (): Promise<void> => {
    await clock.sleep(ms, AbortSignal.any([abort, isDone]));
    warn(`Devices in progress did not finish within ${ms / 1000} s (DRAIN_SECONDS): they are let go`);
    late.abort();
  };
  drain.addEventListener('abort', () => void wait().catch(() => undefined), { once: true, signal: isDone });
  return AbortSignal.any([abort, late.signal]);
}
