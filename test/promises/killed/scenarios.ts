import { controlCenters } from '../../carriers/control-center.ts';
import type { RanHere, SandboxHere } from '../../end-to-end/in-process.ts';
import { assign, change, FLEETS, planFile, some, sql, three } from './commands.ts';

/** One command that is killed everywhere. */
export interface Scenario {
  readonly name: string;
  /** What comes before, in peace. */
  readonly setUp?: (run: Run, sandbox: SandboxHere) => Promise<unknown>;
  readonly args: (sandbox: SandboxHere) => readonly string[];
  /** What an operator does after the death: `resume` where something was saved, or is to be done again; or the same command again. */
  readonly after: 'resume' | 'resume or again' | 'again';
  /** Its exit code when nothing happens. */
  readonly exitCode: number;
  /** Left to the full matrix: it runs the same code as another. */
  readonly isFullOnly?: boolean;
}

export type Run = (args: readonly string[]) => Promise<RanHere>;

const SERVICE = ['--customer', '4712', '--create-rev-service', '--service-type', '3', '--rev-provider', '12'];
const PRODUCTS = ['--product', '501:4.99', '--product', '502:1'];

const begun = { after: 'resume', exitCode: 0 } as const;

/** A plan change at every carrier of the registry: of one device, and of three whose journal entries, verdicts and requests go together. */
const planChanges: readonly Scenario[] = FLEETS.flatMap((fleet) =>
  [1, fleet.devices.length].map((count): Scenario => ({
    name: `change-rate-plan of ${count} at ${fleet.integration}`,
    args: change({ ...fleet, devices: fleet.devices.slice(0, count) }),
    ...begun,
    // Control Centers are one code.
    isFullOnly: count === 1 && controlCenters.slice(1).some(({ integration }) => integration === fleet.integration),
  })),
);

const assignments: readonly Scenario[] = [
  { name: 'assign-customer without Rev.io, to a Site', args: assign(some(31, 2), '--site', 'Depot North'), ...begun },
  {
    name: 'assign-customer without a service line',
    args: assign(some(31, 2), '--customer', '4712', '--customer-rate-plan', 'CRP-SMALL'),
    ...begun,
  },
  { name: 'assign-customer with a service line of a package', args: assign(some(31, 1), ...SERVICE, '--package', '7'), ...begun },
  { name: 'assign-customer with a service line and products', args: assign(some(31, 1), ...SERVICE, ...PRODUCTS), ...begun },
  {
    name: 'assign-customer with products, customer plan and carrier plan',
    args: assign(some(31, 2), ...SERVICE, ...PRODUCTS, '--customer-rate-plan', 'CRP-SMALL', '--carrier-rate-plan', 'POND-10GB'),
    ...begun,
  },
  {
    name: 'assign-customer with a customer plan for a later day',
    args: assign(some(31, 2), '--customer', '4712', '--customer-rate-plan', 'CRP-SMALL', '--effective-date', '2999-01-01'),
    ...begun,
  },
];

const onwards: readonly Scenario[] = [
  {
    name: 'apply of a saved plan',
    setUp: (run, sandbox) => run([...change({ devices: three, plan: 'POND-5GB' })(sandbox), '--dry-run', '--out', planFile(sandbox)]),
    args: (sandbox) => ['apply', planFile(sandbox)],
    ...begun,
  },
  {
    name: 'rollback of a plan change',
    setUp: (run, sandbox) => run(change({ devices: three.slice(0, 2), plan: 'POND-5GB' })(sandbox)),
    args: () => ['rollback', 'last'],
    ...begun,
  },
  {
    name: 'rollback of an assignment',
    setUp: (run, sandbox) => {
      sql(sandbox, 'UPDATE Device_Tenant SET CustomerRatePlanId = 2 WHERE DeviceId IN (31, 32)');
      return run(assign(some(31, 2), '--customer', '4712', '--customer-rate-plan', 'CRP-SMALL')(sandbox));
    },
    args: () => ['rollback', 'last'],
    ...begun,
  },
  {
    name: 'rollback of a queued customer plan',
    setUp: (run, sandbox) =>
      run(assign(some(31, 2), '--customer', '4712', '--customer-rate-plan', 'CRP-SMALL', '--effective-date', '2999-01-01')(sandbox)),
    args: () => ['rollback', 'last'],
    ...begun,
  },
  {
    name: 'retry of a failed row',
    setUp: async (run, sandbox) => {
      sandbox.addFault({ service: 'pond', kind: '400', match: { path: '/addPackage' } });
      await run(change({ devices: three.slice(0, 2), plan: 'POND-5GB' })(sandbox));
    },
    args: () => ['retry', 'last'],
    after: 'resume or again',
    exitCode: 0,
  },
  { name: 'a plan change in waves', args: change({ devices: three, plan: 'POND-5GB' }, '--waves', '1,100%'), ...begun },
  {
    name: 'reconcile --fix of what the database lost',
    setUp: async (run, sandbox) => {
      await run(change({ devices: three, plan: 'POND-5GB' })(sandbox));
      sql(
        sandbox,
        `UPDATE Device SET RatePlan = 'POND-1GB', CarrierRatePlanId = 1 WHERE ICCID IN (${three
          .slice(0, 2)
          .map((iccid) => `'${iccid}'`)
          .join(', ')})`,
      );
    },
    args: () => ['reconcile', 'last', '--fix'],
    after: 'again',
    exitCode: 0,
  },
  {
    name: 'run-due of queued customer plans',
    setUp: async (run, sandbox) => {
      await run(assign(some(31, 3), '--customer', '4712', '--customer-rate-plan', 'CRP-SMALL', '--effective-date', '2999-01-01')(sandbox));
      sql(sandbox, "UPDATE Device_CustomerRatePlanOrRatePool_Queue SET EffectiveDate = '2026-01-01 00:00:00.000'");
    },
    args: () => ['run-due'],
    ...begun,
  },
];

export const SCENARIOS: readonly Scenario[] = [...planChanges, ...assignments, ...onwards];
