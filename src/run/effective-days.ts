import type { RowFacts } from '../domain/facts.ts';
import type { ChangeRequest } from '../domain/change-request.ts';
import type { Verdict } from '../domain/verdict.ts';

/** The days from which the planned rows of a list count. */
export class EffectiveDays {
  /** Of service lines that will be made, the first and the last; null when none will be. */
  serviceDays: { readonly first: string; readonly last: string } | null = null;
  #past = 0;
  #firstPast = '';
  readonly #request: ChangeRequest;

  constructor(request: ChangeRequest) {
    this.#request = request;
  }

  add({ line, values: { effectiveDate } }: Pick<RowFacts, 'line' | 'values'>, verdict: Verdict): void {
    if (verdict.status !== 'PLANNED' || verdict.isNoop) return;
    const { change } = verdict;
    if (change.kind === 'assign-customer' && change.service !== null) this.#addServiceDay(change.effectiveDate);
    if (effectiveDate === undefined || effectiveDate >= this.#request.today) return;
    this.#past += 1;
    if (this.#past === 1) this.#firstPast = `line ${line}: ${effectiveDate}`;
  }

  /** What becomes of days that are over. */
  warnings(): readonly string[] {
    if (this.#past === 0) return [];
    const rows = this.#past === 1 ? '1 row has' : `${this.#past} rows have`;
    const isBilled = this.#request.kind === 'assign-customer' && this.#request.service?.prorate === true;
    const then = isBilled ? 'the change is made now, and Rev.io gets the day as it is given' : 'the change is made now';
    return [`${rows} an effective date in the past (${this.#firstPast}): ${then}`];
  }

  #addServiceDay(day: string): void {
    const { first, last } = this.serviceDays ?? { first: day, last: day };
    this.serviceDays = { first: day < first ? day : first, last: day > last ? day : last };
  }
}
