import type { RunRecord } from './run-store.ts';

type Recorded = Pick<RunRecord, 'command' | 'options'>;

/** The run that a run takes back; null when it takes none back. */
export function rollbackOf({ options }: Pick<Recorded, 'options'>): string | null {
  const run = options['rollbackOf'];
  return typeof run === 'string' ? run : null;
}

/** The command that a run was begun with. A rollback is recorded as the change that it makes. */
export function commandOf(run: Recorded): string {
  return rollbackOf(run) === null ? run.command : 'rollback';
}

/** The same for people: which run is taken back, too. */
export function commandText(run: Recorded): string {
  const taken = rollbackOf(run);
  return taken === null ? run.command : `rollback of ${taken}`;
}
