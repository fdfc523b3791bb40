import { PondBulkError } from '../domain/errors.ts';
import type { RowFacts } from '../domain/facts.ts';
import type { Change } from '../domain/change.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { LineRange } from '../domain/facts-store.ts';
import type { Operator } from '../domain/operator.ts';
import type { NewBulkChange, NewRow, RunRecord } from '../domain/run-store.ts';
import { assignmentRequest, planChangeRequest, siteRequest } from './change-request-json.ts';
import { groupOf, groupOfRefused, type Group } from './groups.ts';
import { oneAhead } from './one-ahead.ts';
import type { ChangeQuota, LeaseHolder, RunStore } from './run-store.ts';
import type { Validation } from './validate.ts';

export interface SaveOptions {
  readonly run: RunRecord;
  readonly holder: LeaseHolder;
  readonly operator: Operator;
  /** DeviceChangeRequestType of the change. */
  readonly changeType: number;
  /** LogEntryDescription of refused rows. */
  readonly preflight: string;
  /** Of the providers whose carriers count plan changes. */
  readonly quotas: readonly ChangeQuota[];
  /** The saved plan that is used up by it; null without one. */
  readonly planId: string | null;
  readonly signal: AbortSignal;
}

/**
 * Saves the bulk changes with all their rows, refused ones included. One page goes in one transaction; more go one by
 * one, and become visible with the last. Answers the ids of the bulk changes.
 */
export async function save(store: RunStore, validation: Validation, options: SaveOptions): Promise<readonly string[]> {
  const { groups, pages } = validation;
  const { run, holder, planId, preflight, quotas, signal } = options;
  const isWhole = pages.length <= 1;
  const devices: readonly string[][] = groups.map(() => []);
  const first = isWhole ? await newRows(validation, pages[0], devices) : [];
  const bulkChanges = groups.map((group, index) => newBulkChange(group, devices[index] ?? [], options));
  const saved = await store.save({ run, holder, bulkChanges, planId, isWhole, part: { rows: first, preflight, quotas } });
  if (!isWhole) {
    for await (const rows of oneAhead(pages, (page) => newRows(validation, page, devices))) {
      if (signal.aborted)
        throw new PondBulkError(
          'cancelled',
          'STOPPED',
          'Stopped while saving: nothing was sent, and what was saved is taken back by the next run',
        );
      await store.saveMore(holder, { runId: run.id, saved, rows, preflight, quotas });
    }
    // The requests name all devices: these are known only now.
    const requests = groups.map((group, index) => sharedRequest(group, devices[index] ?? [], options.changeType));
    await store.activate(holder, saved, requests);
  }
  return saved.map(({ id }) => id);
}

function newBulkChange(group: Group, devices: readonly string[], { operator, changeType }: SaveOptions): NewBulkChange {
  const { example, providerId, portal } = group;
  const siteId = example?.kind === 'assign-customer' && example.customer.rev === null ? example.customer.siteId : null;
  return {
    tenantId: operator.tenantId,
    providerId,
    portal,
    changeRequestTypeId: changeType,
    siteId,
    sharedRequest: sharedRequest(group, devices, changeType),
  };
}

function sharedRequest({ example, providerId }: Group, devices: readonly string[], changeType: number): string | null {
  if (example === null)
    return JSON.stringify({ ServiceProviderId: providerId, ChangeType: changeType, ProcessChanges: true, Devices: devices });
  if (example.kind === 'change-rate-plan') return planChangeRequest(example, devices, changeType);
  return example.customer.rev === null ? siteRequest(example, devices) : null;
}

/** Rows of a page as they are saved. Each that is in its group's shared request is added to the group's `devices`. */
async function newRows(validation: Validation, page: LineRange | undefined, devices: readonly string[][]): Promise<readonly NewRow[]> {
  if (page === undefined) return [];
  return (await validation.list.page(page)).map((row) => {
    const { verdict, index } = confirmed(row, validation);
    if (verdict.status !== 'SKIPPED') devices[index]?.push(row.iccid ?? row.key);
    return newRow(row, verdict, index);
  });
}

/** The database may have changed since the list was validated: what was not to be done then was not confirmed, and is not done now. */
const CHANGED: Verdict = {
  status: 'STALE',
  code: 'CHANGED_WHILE_WAITING',
  message: 'Changed while it waited for confirmation',
  hint: 'validate it again',
};

/** The verdict with which a row is saved, and which of the groups it goes to. */
function confirmed(row: RowFacts, { groups, isPlanned, judge }: Validation): { readonly verdict: Verdict; readonly index: number } {
  const verdict = judge(row);
  if (verdict.status !== 'PLANNED') return { verdict, index: indexOfRefused(row, groups) };
  const { key } = groupOf(verdict.change);
  const index = isPlanned(row.line) ? groups.findIndex((group) => group.key === key) : -1;
  return index === -1 ? { verdict: CHANGED, index: indexOfRefused(row, groups) } : { verdict, index };
}

function indexOfRefused(row: RowFacts, groups: readonly Group[]): number {
  const group = groupOfRefused(row, groups);
  if (group === undefined) throw new Error(`Line ${row.line} has no bulk change to be saved in`);
  return groups.indexOf(group);
}

function newRow(row: RowFacts, verdict: Verdict, bulkChange: number): NewRow {
  const known = {
    bulkChange,
    line: row.line,
    iccid: row.device?.iccid ?? row.iccid ?? row.key,
    phoneNumber: row.device?.msisdn ?? row.phoneNumber,
    deviceId: row.device?.deviceId ?? null,
    providerId: row.device?.providerId ?? null,
    cellsJson: row.cellsJson,
  };
  if (verdict.status === 'PLANNED') {
    const { change } = verdict;
    return { ...known, change, before: change.before, status: 'NOT_STARTED', message: '', error: null, changeRequest: ownRequest(change) };
  }
  const { code, message, hint } = verdict;
  const error = verdict.status === 'SKIPPED' ? null : ({ code, class: 'input', retryable: false, http: null, message, hint } as const);
  return { ...known, change: null, before: null, status: verdict.status, message, error, changeRequest: null };
}

function ownRequest(change: Change): string | null {
  return change.kind === 'assign-customer' && change.customer.rev !== null ? assignmentRequest(change) : null;
}
