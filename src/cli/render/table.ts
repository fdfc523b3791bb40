import Table from 'cli-table3';

import type { Terminal } from '../terminal.ts';
import { glyphsFor } from './glyphs.ts';

/** An empty table with these headings. Off a terminal it is plain ASCII. */
export function tableWith(head: readonly string[], { isOutTty }: Pick<Terminal, 'isOutTty'>): Table.Table {
  const { lines } = glyphsFor(isOutTty);
  return new Table({ head: [...head], chars: { ...lines }, style: { head: [], border: [] } });
}
