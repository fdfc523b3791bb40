import type { Interruption } from './context.ts';

/** Watches SIGINT and SIGTERM: the first drains, the second lets requests in flight go. */
export function createInterruption(process_: Pick<NodeJS.Process, 'on'>, note: (line: string) => void): Interruption {
  const drain = new AbortController();
  const abort = new AbortController();
  let first: 'SIGINT' | 'SIGTERM' | null = null;
  const onSignal = (signal: 'SIGINT' | 'SIGTERM'): void => {
    if (first === null) {
      first = signal;
      note('Stopping: devices in progress are finished; once more lets them go');
      drain.abort();
    } else {
      abort.abort();
    }
  };
  process_.on('SIGINT', () => onSignal('SIGINT'));
  process_.on('SIGTERM', () => onSignal('SIGTERM'));
  return { drain: drain.signal, abort: abort.signal, signal: () => first };
}
