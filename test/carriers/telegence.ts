import { withCheckDigit } from '../../src/sandbox/check-digit.ts';
import type { SampleLine } from '../../src/sandbox/sample/data.ts';
import type { CarrierUnderTest } from './carrier-under-test.ts';

/** ICCID of the n-th device (from 1) of the sample fleet of Telegence. */
export const telegenceIccid = (n: number): string => withCheckDigit(`8901410323${String(n).padStart(9, '0')}`);

/** Its phone number, as ten digits. */
export const telegenceNumber = (n: number): string => `20555523${String(n).padStart(2, '0')}`;

const subject = (iccid: string): string => telegenceNumber(Number(iccid.slice(10, 19)));

/** A change is one PATCH. */
export const telegence: CarrierUnderTest = {
  integration: 'Telegence',
  service: 'telegence',
  devices: [telegenceIccid(1), telegenceIccid(2), telegenceIccid(3)],
  planBefore: 'TG-1GB',
  plan: 'TG-10GB',
  read: { method: 'GET' },
  write: { method: 'PATCH' },
  changedOnce: { 'plan set': 1 },
  audit: ['Carrier Rate Plan Change: Telegence API', 'Carrier Rate Plan Change: AMOP Update'],
  subject,
  planAt: ({ services }, iccid) => {
    // The simulator's own state.
    const lines = (services.get('telegence')?.service.state() ?? []) as readonly SampleLine[];
    return lines.find(({ subscriberNumber }) => subscriberNumber === subject(iccid))?.singleUserCode ?? '';
  },
};
