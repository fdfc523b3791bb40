import type { RowFacts } from './facts.ts';
import { judgeAssignment } from './judge-assignment.ts';
import { judgePlanChange } from './judge-plan-change.ts';
import { Refusal } from './refusal.ts';
import type { Judging, Verdict } from './verdict.ts';

const NOT_IN_INVENTORY = 'no device of your service providers (or of the one that --provider names) has it: look for typing errors';

/**
 * Judges one row. The first rule that matches wins, in this order: list → archived → unknown → plan or customer → what
 * the carrier needs → service conflict (the portal's order; texts of contracts/messages.md).
 */
export function judge(row: RowFacts, judging: Judging): Verdict {
  try {
    if (row.problem !== null) throw new Refusal(row.problem.code, row.problem.message, row.problem.hint);
    const repeated = row.repeated;
    if (repeated !== null && repeated.conflicting) {
      throw new Refusal(
        'DUPLICATE_CONFLICT',
        `Conflicting values for duplicate ICCID on lines ${repeated.firstLine}, ${repeated.lastLine}`,
      );
    }
    if (repeated !== null && repeated.firstLine !== row.line) {
      const message = `Duplicate ICCID on line ${row.line} (first on line ${repeated.firstLine})`;
      return { status: 'SKIPPED', code: 'DUPLICATE', message, hint: null };
    }
    const device = row.device;
    if (device?.isArchived === true) throw new Refusal('DEVICE_ARCHIVED', `${device.portal} Device is archived`);
    if (device === null) throw new Refusal('INVALID_ICCID', 'Invalid ICCID', NOT_IN_INVENTORY);
    return judging.request.kind === 'change-rate-plan'
      ? judgePlanChange(row, device, judging, judging.request)
      : judgeAssignment(row, device, judging, judging.request);
  } catch (error) {
    if (error instanceof Refusal) return { status: 'REJECTED', code: error.code, message: error.message, hint: error.hint };
    throw error;
  }
}
