import { expect, test } from 'vitest';

import { canBecome, FINAL_STATUSES, OPEN_STATUSES } from '../../src/domain/row-states.ts';
import { ROW_STATUSES, type RowStatus } from '../../src/domain/status.ts';

const after = (status: RowStatus): readonly RowStatus[] => ROW_STATUSES.filter((next) => canBecome(status, next));

test('what is done stays done', () => {
  expect(FINAL_STATUSES).toEqual(['PLANNED', 'APPLIED', 'NOOP', 'SKIPPED']);
});

test('from every status of a saved row a final one can be reached', () => {
  const reaches = new Set<RowStatus>(FINAL_STATUSES);
  for (const _ of ROW_STATUSES) for (const status of ROW_STATUSES) if (after(status).some((next) => reaches.has(next))) reaches.add(status);

  expect([...reaches].toSorted()).toEqual([...ROW_STATUSES].toSorted());
});

test('what failed or was refused is worked on again as a new attempt only', () => {
  const closed = ROW_STATUSES.filter((status) => !OPEN_STATUSES.includes(status) && !FINAL_STATUSES.includes(status));

  expect(closed.map(after)).toEqual(closed.map(() => ['NOT_STARTED']));
});

test('what a carrier took is never called not started', () => {
  expect(canBecome('ACCEPTED', 'NOT_STARTED')).toBe(false);
});
