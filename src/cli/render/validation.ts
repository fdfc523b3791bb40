import type { Validation } from '../../run/validate.ts';
import { glyphsFor } from './glyphs.ts';
import { plain } from './plain.ts';

/** Every problem of the list with its line and column, up to fifty, for people. */
export function validationText(
  { answer, byStatus, problems, list }: Pick<Validation, 'answer' | 'byStatus' | 'problems' | 'list'>,
  isTty: boolean,
): string {
  if (answer.isValid) return '';
  const { dash, more } = glyphsFor(isTty);
  const lines = problems.map(({ line, column, message, hint }) => {
    const where = column === null ? `line ${line}` : `line ${line}, column ${column}`;
    return `  ${where}: ${plain(message)}${hint === null ? '' : ` ${dash} ${plain(hint)}`}`;
  });
  // Not the answer's texts: those end at some number.
  const total = (byStatus.REJECTED ?? 0) + (byStatus.STALE ?? 0);
  const rest = total > lines.length ? [`  ${more} and ${total - lines.length} more`] : [];
  return [`${list.name}: ${answer.validationMessage}`, ...lines, ...rest].join('\n');
}
