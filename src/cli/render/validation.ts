import type { Validation } from '../../run/validate.ts';
import { plain } from './plain.ts';

/** Every problem of the list with its line and column, up to fifty, for people. */
export function validationText({ answer, problems, list }: Pick<Validation, 'answer' | 'problems' | 'list'>): string {
  if (answer.isValid) return '';
  const lines = problems.map(({ line, column, message, hint }) => {
    const where = column === null ? `line ${line}` : `line ${line}, column ${column}`;
    return `  ${where}: ${plain(message)}${hint === null ? '' : ` – ${plain(hint)}`}`;
  });
  const total = answer.errors.length;
  const rest = total > lines.length ? [`  … and ${total - lines.length} more`] : [];
  return [`${list.name}: ${answer.validationMessage}`, ...lines, ...rest].join('\n');
}
