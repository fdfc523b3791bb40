import { stripVTControlCharacters } from 'node:util';

/** Text of others (carriers, lists) made safe for one line of a terminal. */
export function plain(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim();
}

/** At most `width` characters, the last of them … when something was left out. */
export function shortened(text: string, width: number): string {
  if (text.length <= width) return text;
  return width <= 1 ? '…'.slice(0, width) : `${text.slice(0, width - 1)}…`;
}
