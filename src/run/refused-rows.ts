import type { RowResult, ValidationAnswer } from '../domain/result.ts';

/** More texts than anybody reads; the results have them all. */
const MAX_ERRORS = 10_000;

/** Why a row was refused. */
export interface RefusedRow {
  readonly code: string;
  readonly message: string;
  /** Its ICCID, or what stands in its place. */
  readonly key: string;
}

/** What a validation answers, from the rows that it refused, in input order. */
export class RefusedRows {
  /** Whether a provider was refused whole (writes disabled, no credentials). */
  providerRefused = false;
  readonly #errors: string[] = [];
  #count = 0;

  add({ code, message, key }: RefusedRow): void {
    this.#count += 1;
    this.providerRefused ||= code === 'WRITES_DISABLED' || code === 'CREDENTIALS_MISSING';
    if (this.#errors.length < MAX_ERRORS) this.#errors.push(code === 'INVALID_ICCID' ? `Invalid ICCID: ${key}` : message);
  }

  /** A text per refused row, cut where nobody reads on. */
  answer(): ValidationAnswer {
    const isValid = this.#count === 0;
    const left = this.#count - this.#errors.length;
    return {
      isValid,
      validationMessage: isValid ? '' : 'One or more devices have validation errors',
      errors: left === 0 ? this.#errors : [...this.#errors, `… and ${left} more`],
    };
  }
}

/** The refused rows of a saved run. */
export async function refusedRowsOf(results: AsyncIterable<RowResult>): Promise<RefusedRows> {
  const refused = new RefusedRows();
  for await (const { status, error, message, iccid } of results) {
    if (status === 'REJECTED' || status === 'STALE') refused.add({ code: error?.code ?? '', message, key: iccid });
  }
  return refused;
}
