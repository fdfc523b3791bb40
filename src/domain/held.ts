import type { RowError } from './result.ts';

/** Why a device is left alone: another bulk change, ours or the portal's, has it and is not done with it. */
export function heldBy(bulkChangeId: string): Pick<RowError, 'code' | 'message'> & { readonly hint: string } {
  return {
    code: 'DEVICE_HELD',
    message: `Device is held by bulk change ${bulkChangeId}, which is not done with it`,
    hint: `wait until that is done; if it was stopped, pond-bulk resume ${bulkChangeId} or the portal goes on with it`,
  };
}
