import { PORTAL_TABLES } from '../../src/database/portals.ts';
import { ebonding, ebondingNumber } from '../carriers/ebonding.ts';
import { telegenceNumber } from '../carriers/telegence.ts';
import { UNDER_TEST } from '../carriers/under-test.ts';

/** A device of the list, and what its row shall make of it. */
export interface MixedDevice {
  readonly integration: string;
  readonly iccid: string;
  /** Of a Mobility device: its line of the list has no ICCID. */
  readonly number: string | null;
  readonly planBefore: string;
  readonly plan: string;
  readonly audit: readonly string[];
}

/** Devices of every integration, two of each, one after another. */
export const MIXED: readonly MixedDevice[] = [...UNDER_TEST, ebonding].flatMap(({ integration, devices, planBefore, plan, audit }) =>
  devices.slice(0, 2).map((iccid, index) => ({ integration, iccid, number: numberOf(integration, index + 1), planBefore, plan, audit })),
);

/** The list as CSV, with a plan for each device. */
export function mixedList(devices: readonly MixedDevice[] = MIXED): string {
  const lines = devices.map(({ iccid, number, plan }) => `${number === null ? iccid : ''},${number ?? ''},${plan}`);
  return ['iccid,phone number,plan', ...lines, ''].join('\n');
}

export type Query = <Row>(sql: string) => readonly Row[];

/** Texts of a device's audit rows in their order. */
export function auditOf(query: Query, { iccid, number }: MixedDevice): readonly string[] {
  const portal = number === null ? 'M2M' : 'Mobility';
  return query<{ text: string }>(
    `SELECT log.LogEntryDescription AS text FROM DeviceBulkChangeLog AS log JOIN ${PORTAL_TABLES[portal].change} AS change ON change.id = log.${portal}DeviceChangeId WHERE change.ICCID = '${iccid}' AND log.HasErrors = 0 ORDER BY log.id`,
  ).map(({ text }) => text);
}

/** The device's plan in the database. */
export function recordedPlan(query: Query, { iccid, number }: MixedDevice): string | undefined {
  const { device } = PORTAL_TABLES[number === null ? 'M2M' : 'Mobility'];
  return query<{ plan: string }>(`SELECT RatePlan AS plan FROM ${device} WHERE ICCID = '${iccid}'`)[0]?.plan;
}

function numberOf(integration: string, n: number): string | null {
  switch (integration) {
    case 'Telegence':
      return telegenceNumber(n);
    case 'eBonding':
      return ebondingNumber(n);
    default:
      return null;
  }
}
