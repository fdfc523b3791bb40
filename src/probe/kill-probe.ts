import { PondBulkError } from '../domain/errors.ts';
import { DEEDS, type Probe } from './probe.ts';

/**
 * For the tests that kill the process: `POND_BULK_KILL_AT="after send:3"` ends it, unwarned, at the third such point.
 * Null without that variable; and no probe is taken where POND_BULK_ENVIRONMENT is anything but `sandbox` (src/main.ts), so
 * that a variable left behind never ends a run of paying devices. Throws PondBulkError (config) when there is no such point: a
 * test would wait for it in vain.
 */
export function killProbe(at: string | undefined): Probe | null {
  if (at === undefined || at === '') return null;
  const [name = '', count = '1'] = at.split(':');
  if (!DEEDS.some((deed) => name === `before ${deed}` || name === `after ${deed}`))
    throw new PondBulkError('config', 'POINT_UNKNOWN', `POND_BULK_KILL_AT names no point: ${name}`);
  let left = Number(count);
  return (moment) => {
    for (const point of moment) {
      if (point.name !== name) continue;
      left -= 1;
      if (left === 0) process.kill(process.pid, 'SIGKILL');
    }
  };
}
