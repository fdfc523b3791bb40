/** Teal knows plans by 32 hexadecimal digits: blanks around them and dashes are left out. What is none is left as it is, null when it is blank. */
export function planUuid(text: string | null): string | null {
  const trimmed = text?.trim() ?? '';
  const digits = trimmed.replaceAll('-', '');
  if (isPlanUuid(digits)) return digits;
  return trimmed === '' ? null : trimmed;
}

export function isPlanUuid(text: string): boolean {
  return /^[0-9a-f]{32}$/i.test(text);
}
