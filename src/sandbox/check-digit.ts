/** The digits with their Luhn check digit at the end. */
export function withCheckDigit(digits: string): string {
  let sum = 0;
  for (const [index, char] of digits.split('').toReversed().entries()) {
    const weighted = Number(char) * (index % 2 === 0 ? 2 : 1);
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return `${digits}${(10 - (sum % 10)) % 10}`;
}
