import { noProbe, type Probe } from './run/probe.ts';

/**
 * For the tests that kill the process: `POND_BULK_KILL_AT="after send:3"` ends it, unwarned, at the third such point.
 * Without that variable a run has no such points.
 */
export function killProbe(at: string | undefined): Probe {
  const [point, count = '1'] = at?.split(':') ?? [];
  if (point === undefined || point === '') return noProbe;
  let left = Number(count);
  return (reached) => {
    if (reached !== point) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  };
}
