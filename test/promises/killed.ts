import { expect } from 'vitest';

import type { TestSandbox } from '../end-to-end/cli.ts';

/** Points of POND_BULK_KILL_AT around the two transactions of a run. */
export const AROUND_SAVE = ['before save:1', 'after save:1', 'before commit:1', 'after commit:1'];
/** Points around each of so many effects. */
export const aroundSends = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => ['before intent', 'before send', 'after send'].map((point) => `${point}:${n + 1}`)).flat();

/** Kills the command at the point, then goes on as an operator would: resume, or again when nothing was saved. */
export async function killedAndResumed(sandbox: TestSandbox, point: string, iccid: string, args: readonly string[]): Promise<void> {
  const killed = await sandbox.run(args, { env: { POND_BULK_KILL_AT: point } });
  expect(killed.signal, killed.stderr).toBe('SIGKILL');
  const [saved] = sandbox.query<{ id: number }>(`SELECT bulk_change_id AS id FROM pondbulk_change_row WHERE iccid = '${iccid}'`);
  // With nothing of the first: the killed process took all of its memory along.
  const gone = await sandbox.runHere(saved === undefined ? args : ['resume', String(saved.id), '--yes']);
  expect(gone.code, `${gone.stdout}\n${gone.stderr}`).toBe(0);
}

/** What the audit says about a device, in order. */
export function auditOf(sandbox: TestSandbox, iccid: string): readonly string[] {
  return sandbox
    .query<{ text: string }>(
      `
      SELECT log.LogEntryDescription AS text FROM DeviceBulkChangeLog AS log
      LEFT JOIN M2M_DeviceChange AS change ON change.id = log.M2MDeviceChangeId
      LEFT JOIN Mobility_DeviceChange AS mobile ON mobile.id = log.MobilityDeviceChangeId
      WHERE COALESCE(change.ICCID, mobile.ICCID) = '${iccid}' ORDER BY log.id`,
    )
    .map(({ text }) => text);
}
