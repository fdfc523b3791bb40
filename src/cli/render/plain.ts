import { stripVTControlCharacters } from 'node:util';

/** Text of others (carriers, lists) made safe for one line of a terminal. */
export function plain(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is taken out
  return stripVTControlCharacters(text).replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
}

/** At most `width` characters, the last of them … when something was left out. */
export function shortened(text: string, width: number): string {
  if (text.length <= width) return text;
  return width <= 1 ? '…'.slice(0, width) : `${text.slice(0, width - 1)}…`;
}
