import type { Iccid } from './iccid.ts';

/** The values a list may carry for one device, as written in the list, trimmed; an empty cell is left out. */
export interface RowValues {
  readonly customer?: string;
  readonly site?: string;
  readonly plan?: string;
  readonly commPlan?: string;
  readonly customerRatePlan?: string;
  readonly customerRatePool?: string;
  readonly effectiveDate?: string;
}

/** Why a line of the list names no device. `column` is the header (or the number) of the cell that is wrong. */
export interface ListProblem {
  readonly code: 'ICCID_MISSING' | 'DEVICE_AMBIGUOUS' | 'ICCID_DAMAGED' | 'ICCID_MALFORMED' | 'EFFECTIVE_DATE_MALFORMED' | 'ROW_MALFORMED';
  readonly message: string;
  readonly hint: string;
  readonly column: string;
}

/** One line of the list as read. */
export interface ListRow {
  /** Line in the file where the record starts, counted from 1, the header included. */
  readonly line: number;
  /** Null when the line is keyed by phone number or has a problem. */
  readonly iccid: Iccid | null;
  /** Digits of the subscriber number; the key when `iccid` is null. */
  readonly phoneNumber: string | null;
  /** The key as it is written in the list, for messages. */
  readonly key: string;
  readonly values: RowValues;
  readonly problem: ListProblem | null;
  /** The ICCID's check digit does not fit (a warning only). */
  readonly luhnFails: boolean;
  /** All cells of the line as read, in column order: they are carried through to the results. */
  readonly cells: readonly string[];
}

/** A list being read: the names of its columns and its rows, a page at a time, once. */
export interface List {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<readonly ListRow[]>;
}
