/** What of a text an nvarchar column of this length holds. Never half of a character: no engine gives that back as it was. */
export function cut(text: string, length: number): string {
  return /[\uD800-\uDBFF]/.test(text.charAt(length - 1)) ? text.slice(0, length - 1) : text.slice(0, length);
}
