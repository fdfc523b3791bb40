import type { Check } from '../../doctor/check.ts';
import type { Style } from '../terminal.ts';
import { glyphsFor, type Glyphs } from './glyphs.ts';
import { plain } from './plain.ts';
import type { Paper } from './result-table.ts';

const STYLES = { well: 'green', warning: 'yellow', failure: 'red' } as const satisfies Record<string, Style>;

/** One line for each check, what to do about it below: not in cells, so that commands in it can be copied. Then the sums. */
export function renderChecks(checks: readonly Check[], { isOutTty, paint }: Omit<Paper, 'columns'>): string {
  const glyphs = glyphsFor(isOutTty);
  const markWidth = Math.max(...Object.keys(STYLES).map((kind) => glyphs[kind as keyof typeof STYLES].length));
  const nameWidth = Math.max(0, ...checks.map(({ name }) => plain(name).length));
  const lines = checks.flatMap((check) => {
    const kind = kindOf(check);
    const mark = paint(STYLES[kind], glyphs[kind].padEnd(markWidth));
    const line = `${mark}  ${plain(check.name).padEnd(nameWidth)}  ${plain(check.found)}`;
    if (check.advice === null) return [line];
    return [line, `${' '.repeat(markWidth + nameWidth + 4)}${glyphs.arrow} ${plain(check.advice)}`];
  });
  return `${[...lines, '', sums(checks, glyphs)].join('\n')}\n`;
}

function kindOf({ ok }: Check): keyof typeof STYLES {
  if (ok === 'warn') return 'warning';
  return ok ? 'well' : 'failure';
}

function sums(checks: readonly Check[], { dash }: Glyphs): string {
  const count = (ok: Check['ok']): number => checks.filter((check) => check.ok === ok).length;
  const [failed, warned] = [count(false), count('warn')];
  const warnings = `${warned} warning${warned === 1 ? '' : 's'}`;
  return failed === 0 ? `All is well ${dash} ${warnings}` : `${failed} problem${failed === 1 ? '' : 's'}, ${warnings}`;
}
