import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { CARRIERS } from '../../../src/carriers/registry.ts';
import { controlCenters } from '../../carriers/control-center.ts';
import { ebondingIccid } from '../../carriers/ebonding.ts';
import { pond } from '../../carriers/pond.ts';
import { teal } from '../../carriers/teal.ts';
import { telegence } from '../../carriers/telegence.ts';
import { thingSpace } from '../../carriers/thingspace.ts';
import { pondIccid } from '../../end-to-end/cli.ts';
import type { SandboxHere } from '../../end-to-end/in-process.ts';

/** Devices that are moved to a plan. */
export interface Fleet {
  readonly integration: string;
  readonly devices: readonly string[];
  readonly plan: string;
}

const ebonding: Fleet = { integration: 'eBonding', devices: [1, 2, 3].map(ebondingIccid), plan: 'EB-5GB' };

/** Devices of every carrier, and a plan to move them to. */
export const FLEETS: readonly Fleet[] = [pond, ...controlCenters, thingSpace, teal, telegence, ebonding];

/** Writes the list and answers its option. */
const listOf = (sandbox: SandboxHere, devices: readonly string[]): readonly string[] => [
  '--file',
  sandbox.list(`iccid\n${devices.join('\n')}\n`),
];

/** The command line of a plan change. */
export const change =
  ({ devices, plan }: Pick<Fleet, 'devices' | 'plan'>, ...more: readonly string[]) =>
  (sandbox: SandboxHere) => ['change-rate-plan', '--plan', plan, ...listOf(sandbox, devices), ...more];

/** The command line of an assignment of POND devices. */
export const assign =
  (devices: readonly string[], ...options: readonly string[]) =>
  (sandbox: SandboxHere) => ['assign-customer', ...listOf(sandbox, devices), ...options];

/** Devices of POND, all on one plan. */
export const three = pond.devices;
/** POND devices with one customer. */
export const some = (first: number, count: number): readonly string[] => Array.from({ length: count }, (_, n) => pondIccid(first + n));

/** Does something to the database behind the tool's back. */
export function sql({ database }: SandboxHere, text: string): void {
  const db = new DatabaseSync(database, { timeout: 5000 });
  db.exec(text);
  db.close();
}

/** Where a saved plan is kept. */
export const planFile = ({ database }: SandboxHere): string => join(dirname(database), 'saved.plan');

/** As fast as the machine is: the carriers of these tests have no limits, and answer what they know at once. */
export const QUICK: Readonly<Record<string, string>> = {
  ...Object.fromEntries(CARRIERS.map(({ prefix }) => [`${prefix}_RATE`, '1000'])),
  REVIO_RATE: '1000',
  SETTLE_SECONDS: '0.5',
  RETRY_MAX_COUNT: '1',
};
