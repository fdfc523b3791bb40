import { INTEGRATIONS } from '../database/operator-lookups.ts';
import type { SampleRow } from './sample/data.ts';
import { sampleData } from './sample-data.ts';

/** A service provider of the sandbox that its operator may use. */
export interface SampleProvider {
  readonly name: string;
  readonly integration: string;
  readonly mayWrite: boolean;
  /** A plan that its devices can be moved to. */
  readonly plan: string;
  /** Those with nothing special about them, in their order. */
  readonly devices: readonly { readonly iccid: string; readonly phoneNumber: string | null }[];
}

/** ServiceProvider.id, a plan, and how many of its devices, from the first, have nothing special. */
const SAMPLES = [
  { id: 1, plan: 'POND-5GB', ordinary: 20 },
  { id: 4, plan: 'POND-5GB', ordinary: 4 },
  { id: 2, plan: 'IOT-1GB', ordinary: 12 },
  { id: 3, plan: 'IOT-1GB', ordinary: 6 },
  { id: 6, plan: 'IOT-1GB', ordinary: 4 },
  { id: 7, plan: 'IOT-1GB', ordinary: 4 },
  { id: 21, plan: 'TS-1GB', ordinary: 35 },
  { id: 22, plan: 'TEAL-1GB', ordinary: 35 },
  { id: 23, plan: 'TG-10GB', ordinary: 14 },
  { id: 24, plan: 'EB-10GB', ordinary: 18 },
] as const;

/** The service providers of the sandbox, one after another as the carriers are registered. */
export function sampleProviders(): readonly SampleProvider[] {
  const { tables } = sampleData();
  return SAMPLES.map(({ id, plan, ordinary }) => {
    const provider = tables['ServiceProvider']?.find((row) => row['id'] === id);
    if (provider === undefined) throw new Error(`The sample has no service provider ${id}`);
    const ofIt = (table: string): readonly SampleRow[] => tables[table]?.filter((row) => row['ServiceProviderId'] === id) ?? [];
    const mobile = ofIt('MobilityDevice');
    const devices = (mobile.length > 0 ? mobile : ofIt('Device')).slice(0, ordinary);
    return {
      name: String(provider['Name']),
      integration: INTEGRATIONS.find(([number]) => number === provider['IntegrationId'])?.[1] ?? '',
      mayWrite: provider['WriteIsEnabled'] === 1,
      plan,
      devices: devices.map((row) => ({ iccid: String(row['ICCID']), phoneNumber: mobile.length > 0 ? String(row['MSISDN']) : null })),
    };
  });
}
