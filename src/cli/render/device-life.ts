import type { DeviceChapter } from '../../domain/device-life.ts';
import type { Terminal } from '../terminal.ts';
import { transition } from './device-state.ts';
import { glyphsFor } from './glyphs.ts';
import { plain, shortened } from './plain.ts';

/** The life of a device, a chapter for each change: what was to be changed, every step, every audit row. */
export function renderDeviceLife(chapters: readonly DeviceChapter[], { columns, isOutTty, paint }: Terminal): string {
  const { arrow, more, dash } = glyphsFor(isOutTty);
  const line = (text: string, indent = ''): string => `${indent}${shortened(plain(text), columns - indent.length, more)}`;
  return chapters
    .map((chapter) => {
      const change = transition(chapter.before, chapter.after, arrow);
      const command = chapter.rollbackOf === null ? chapter.command : `rollback of ${chapter.rollbackOf}`;
      const head = `${chapter.startedAt.slice(0, 19)}  ${command}, bulk change ${chapter.bulkChangeId}, run ${chapter.run}, line ${chapter.line}`;
      const by = [chapter.provider ?? 'no provider', `by ${chapter.operator}`, ...(chapter.reason === null ? [] : [`"${chapter.reason}"`])];
      const steps = chapter.steps.map(({ at, attempt, step, what, text }) =>
        line(
          `${at.slice(11, 23)}  ${attempt > 1 ? `attempt ${attempt} ` : ''}${step}: ${what}${text === '' ? '' : ` ${dash} ${text}`}`,
          '  ',
        ),
      );
      const audit = chapter.audit.map(({ at, description, hasErrors, response }) =>
        line(`${at.slice(11, 23)}  audit ${hasErrors ? 'ERROR' : 'PROCESSED'}: ${description} ${dash} ${response}`, '  '),
      );
      return [
        paint('bold', line(head)),
        line(`${by.join(', ')}${change === '' ? '' : `: ${change}`}`, '  '),
        ...steps,
        ...audit,
        line(`${chapter.status}${chapter.message === '' ? '' : `: ${chapter.message}`}`, '  '),
      ].join('\n');
    })
    .join('\n\n');
}
