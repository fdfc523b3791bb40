import { stripVTControlCharacters } from 'node:util';

/** Text of others (carriers, lists) made safe for one line of a terminal. */
export function plain(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim();
}

/** At most `width` characters, the last of them `more` when something was left out. */
export function shortened(text: string, width: number, more = '…'): string {
  if (text.length <= width) return text;
  if (width <= more.length) return more.slice(0, width);
  // A character of two halves is not cut in the middle.
  return `${text.slice(0, width - more.length).replace(/[\uD800-\uDBFF]$/, '')}${more}`;
}
