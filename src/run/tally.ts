import type { RowFacts } from '../domain/facts.ts';
import type { LineRange } from '../domain/facts-store.ts';
import { changeNote } from '../domain/change-note.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { DeviceState } from '../domain/result.ts';
import type { RowStatus } from '../domain/status.ts';
import { groupOf, type Group } from './groups.ts';
import { LineSet } from './line-set.ts';
import { RefusedRows } from './refused-rows.ts';

/** One problem of the list, for the report. */
export interface Problem {
  readonly line: number;
  readonly column: string | null;
  readonly message: string;
  readonly hint: string | null;
}

/** A planned row, to be shown before it is confirmed. */
export interface Sample {
  readonly iccid: string;
  readonly before: DeviceState;
  readonly after: DeviceState;
  /** What the states do not say of it. */
  readonly note: string | null;
}

const MAX_PROBLEMS = 50;
const MAX_SAMPLES = 3;

/** What is counted and kept of the verdicts of a list, with flat memory. Rows come in input order. */
export class Tally {
  readonly byStatus: Partial<Record<RowStatus, number>> = {};
  /** Groups of the planned rows, by key. */
  readonly groups = new Map<string, Group>();
  /** Lines of the planned rows. */
  readonly planned = new LineSet();
  /** The first refused row of each provider. */
  readonly refusedOf = new Map<number, RowFacts>();
  /** The first refused row of no known device. */
  unknown: RowFacts | null = null;
  readonly problems: Problem[] = [];
  readonly samples: Sample[] = [];
  readonly refused = new RefusedRows();
  /** What each sample is to become. */
  readonly #outcomes: string[] = [];
  readonly #pageRows: number;
  readonly #pages: LineRange[] = [];
  #rowsOfPage = 0;
  #lastLine = 0;

  /** `pageRows`: rows per transaction when they are saved. */
  constructor(pageRows: number) {
    this.#pageRows = pageRows;
  }

  add(row: RowFacts, verdict: Verdict): void {
    if (this.#rowsOfPage === this.#pageRows) this.#endPage();
    this.#rowsOfPage += 1;
    this.#lastLine = row.line;
    const status = verdict.status === 'PLANNED' && verdict.isNoop ? 'NOOP' : verdict.status;
    this.byStatus[status] = (this.byStatus[status] ?? 0) + 1;
    if (verdict.status === 'PLANNED') this.#addPlanned(row, verdict);
    else if (verdict.status !== 'SKIPPED') this.#addRefused(row, verdict);
  }

  /** Lines of each page to save. */
  pages(): readonly LineRange[] {
    if (this.#rowsOfPage > 0) this.#endPage();
    return this.#pages;
  }

  #addPlanned({ line }: RowFacts, { change, isNoop, after }: Verdict & { readonly status: 'PLANNED' }): void {
    this.planned.add(line);
    const group = groupOf(change);
    if (!this.groups.has(group.key)) this.groups.set(group.key, group);
    if (!isNoop) this.#addSample({ iccid: change.device.iccid, before: change.before, after, note: changeNote(change) });
  }

  /** The first rows; one with another outcome takes the place of one whose outcome is shown already, so that a second plan is seen. */
  #addSample(sample: Sample): void {
    const outcome = JSON.stringify([sample.after, sample.note]);
    if (this.samples.length < MAX_SAMPLES) {
      this.samples.push(sample);
      this.#outcomes.push(outcome);
    } else if (!this.#outcomes.includes(outcome)) {
      const repeated = this.#outcomes.findLastIndex((each, at) => this.#outcomes.indexOf(each) < at);
      if (repeated === -1) return;
      this.samples[repeated] = sample;
      this.#outcomes[repeated] = outcome;
    }
  }

  #addRefused(row: RowFacts, { code, message, hint }: Exclude<Verdict, { readonly status: 'PLANNED' }>): void {
    const key = row.iccid ?? row.key;
    this.refused.add({ code, message, key });
    if (row.device === null) this.unknown ??= row;
    if (row.device !== null && !this.refusedOf.has(row.device.providerId)) this.refusedOf.set(row.device.providerId, row);
    if (this.problems.length === MAX_PROBLEMS) return;
    const text = message === 'Invalid ICCID' ? `Invalid ICCID: ${key}` : message;
    this.problems.push({ line: row.line, column: row.problem?.column ?? null, message: text, hint });
  }

  #endPage(): void {
    this.#pages.push({ afterLine: this.#pages.at(-1)?.throughLine ?? 0, throughLine: this.#lastLine });
    this.#rowsOfPage = 0;
  }
}
