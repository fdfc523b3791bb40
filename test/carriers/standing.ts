import { carrierOf } from '../../src/carriers/registry.ts';
import { PORTAL_TABLES } from '../../src/database/portals.ts';
import type { SandboxHere } from '../end-to-end/in-process.ts';
import type { CarrierUnderTest } from './carrier-under-test.ts';

/** How one device stands everywhere: at its carrier, in the operator's database, in the journal and in the audit. */
export interface Standing {
  /** What the carrier did to it. */
  readonly effects: Readonly<Record<string, number>>;
  readonly plan: string;
  readonly recordedPlan: string;
  /** Status of its device-change row. */
  readonly change: string;
  /** Steps that the journal calls done. */
  readonly answers: number;
  /** Steps of which it is not known whether they happened. */
  readonly inDoubt: number;
  /** Texts of the audit rows in their order, those of errors marked. */
  readonly audit: readonly string[];
}

/** An audit row that tells an error. */
export const failed = (text: string): string => `ERROR ${text}`;

/** A device that was changed, exactly once, and that everybody knows it of. */
export function changed({ changedOnce, plan, audit }: CarrierUnderTest): Standing {
  const answers = Object.values(changedOnce).reduce((sum, count) => sum + count, 0);
  return { effects: changedOnce, plan, recordedPlan: plan, change: 'PROCESSED', answers, inDoubt: 0, audit };
}

/** A device to which nothing was done. */
export function untouched({ planBefore }: CarrierUnderTest, change: string, audit: readonly string[] = []): Standing {
  return { effects: {}, plan: planBefore, recordedPlan: planBefore, change, answers: 0, inDoubt: 0, audit };
}

export function standing(sandbox: SandboxHere, { integration, subject, planAt }: CarrierUnderTest, iccid: string): Standing {
  const portal = carrierOf(integration)?.portal ?? 'M2M';
  const { device, change } = PORTAL_TABLES[portal];
  const one = <Value>(sql: string): Value | undefined => sandbox.query<{ value: Value }>(sql)[0]?.value;
  const journal = `pondbulk_journal AS entry JOIN pondbulk_change_row AS mine ON mine.id = entry.row_id AND mine.iccid = '${iccid}'`;
  return {
    effects: sandbox.carriers.ledger.summary().bySubject[subject(iccid)] ?? {},
    plan: planAt(sandbox.carriers, iccid),
    recordedPlan: one<string>(`SELECT RatePlan AS value FROM ${device} WHERE ICCID = '${iccid}'`) ?? '',
    change: one<string>(`SELECT Status AS value FROM ${change} WHERE ICCID = '${iccid}'`) ?? '',
    answers:
      one<number>(
        `SELECT COUNT(*) AS value FROM ${journal} WHERE entry.kind = 'answer' AND json_extract(entry.data, '$.ended') = 'done'`,
      ) ?? 0,
    inDoubt:
      one<number>(
        `SELECT COUNT(*) AS value FROM ${journal} WHERE (entry.kind = 'intent' OR json_extract(entry.data, '$.ended') = 'lost') AND NOT EXISTS (SELECT 1 FROM pondbulk_journal AS later WHERE later.row_id = entry.row_id AND later.step = entry.step AND later.n > entry.n)`,
      ) ?? 0,
    audit: sandbox
      .query<{ text: string; hasErrors: number }>(
        `SELECT log.LogEntryDescription AS text, log.HasErrors AS hasErrors FROM DeviceBulkChangeLog AS log JOIN ${change} AS change ON change.id = log.${portal}DeviceChangeId WHERE change.ICCID = '${iccid}' ORDER BY log.id`,
      )
      .map(({ text, hasErrors }) => (hasErrors === 1 ? failed(text) : text)),
  };
}
