import type { DeviceState, Drift, DriftReport } from '../../domain/result.ts';
import type { Terminal } from '../terminal.ts';
import { glyphsFor } from './glyphs.ts';
import { plain } from './plain.ts';
import { tableOf } from './table.ts';

/** Devices whose carrier, database and journal do not agree: a row for each, at most `max`, and what can be done. */
export function renderDrift({ compared, rows }: DriftReport, paper: Pick<Terminal, 'isOutTty' | 'columns'>, max: number): string {
  const asked = `${compared} device${compared === 1 ? '' : 's'} compared`;
  if (rows.length === 0) return compared === 0 ? '' : `No drift: ${asked} with carrier and database`;
  const { more } = glyphsFor(paper.isOutTty);
  const cells = rows.slice(0, max).map((row) => {
    const states = [row.wrote, row.carrier, row.database].map((state) => heldText(state, row) || '-');
    return [String(row.line), plain(row.iccid), ...states, plain(row.message)];
  });
  const table = tableOf(['Line', 'ICCID', 'Run wrote', 'Carrier has', 'Database has', 'Drift'], cells, paper);
  const rest = rows.length > max ? `\n${more} and ${rows.length - max} more: --output csv, or --results DIR, has them all` : '';
  const count = (fix: 'safe' | 'done'): number => rows.filter((row) => row.fix === fix).length;
  return `Drift: ${rows.length} of ${asked}, ${count('done')} written, ${count('safe')} safe to write with --fix\n${table}${rest}`;
}

/** What of a state the run wrote too; all of it where the carrier speaks of plans in a way of its own. Empty when there is none. */
export function heldText(state: DeviceState | null, { wrote }: Pick<Drift, 'wrote'>): string {
  if (state === null) return '';
  const known = Object.keys(state).filter((name) => Object.hasOwn(wrote, name));
  return (known.length === 0 ? Object.keys(state) : known).map((name) => plain(String(state[name] ?? 'none'))).join(', ');
}
