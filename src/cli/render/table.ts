import Table from 'cli-table3';

import type { Terminal } from '../terminal.ts';
import { glyphsFor } from './glyphs.ts';

/**
 * Rows under headings: a table where it fits, else one block per row, headed by its first cell. Broken lines cannot be read, and
 * ids that are cut or wrapped cannot be copied. Off a terminal it is plain ASCII.
 */
export function tableOf(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { isOutTty, columns }: Pick<Terminal, 'isOutTty' | 'columns'>,
): string {
  const { lines } = glyphsFor(isOutTty);
  const table = new Table({ head: [...head], chars: { ...lines }, style: { head: [], border: [] } });
  table.push(...rows.map((row) => [...row]));
  const text = table.toString();
  const isTooWide = isOutTty && text.slice(0, text.indexOf('\n')).length > columns;
  return isTooWide ? rows.map((row) => blockOf(head, row)).join('\n') : text;
}

function blockOf(head: readonly string[], [first = '', ...cells]: readonly string[]): string {
  const names = head.slice(1);
  const width = Math.max(...names.map((name) => name.length));
  const lines = names.flatMap((name, at) => (cells[at] ? [`  ${name.padEnd(width)}  ${cells[at]}`] : []));
  return [first, ...lines].join('\n');
}
