import { expect, vi, type TestContext } from 'vitest';

import { CARRIERS } from '../../src/carriers/registry.ts';
import type { Fault } from '../../src/sandbox/simulator/faults.ts';
import { sandboxHere, type Interrupt, type RanHere, type RunHereOptions } from '../end-to-end/in-process.ts';
import type { CallMatch, CarrierUnderTest } from './carrier-under-test.ts';
import { standing } from './standing.ts';

/** How long a call may take where a fault never answers. Elsewhere nothing is timed: a busy machine must not look like a fault. */
export const TIMEOUT_SECONDS = 1;
export const SETTLE_SECONDS = 1;

const HANGING: ReadonlySet<Fault['kind']> = new Set(['timeout-before', 'timeout-after', 'late-effect']);

/** A sandbox of this test on a copy of `sample`: what can be done with the carrier's devices in it, and seen of them. */
export async function open(carrier: CarrierUnderTest, sample: string, { onTestFinished }: TestContext) {
  const sandbox = await sandboxHere(sample);
  onTestFinished(() => sandbox.remove());
  const { service, devices, plan, integration } = carrier;
  const prefix = CARRIERS.find((each) => each.integration === integration)?.prefix ?? '';
  const env: Record<string, string> = {
    [`${prefix}_RATE`]: '1000',
    SETTLE_SECONDS: String(SETTLE_SECONDS),
    RETRY_MAX_COUNT: '2',
  };
  const giveUpSoon = (): void => {
    env[`${prefix}_TIMEOUT_SECONDS`] = String(TIMEOUT_SECONDS);
  };
  return {
    sandbox,
    env,
    database: sandbox.database,
    carriers: sandbox.carriers,
    query: sandbox.query,
    /** From the next command on calls give up soon. Those of `strike` that never answer see to it themselves. */
    giveUpSoon,
    /** Lets a fault strike calls about one device, or about all. */
    strike: (
      kind: Fault['kind'],
      call: CallMatch,
      more: { readonly iccid?: string; readonly times?: number; readonly seconds?: number; readonly every?: number } = {},
    ) => {
      const { iccid, ...rest } = more;
      if (HANGING.has(kind)) giveUpSoon();
      sandbox.addFault({ service, kind, match: { ...call, ...(iccid === undefined ? {} : { subject: carrier.subject(iccid) }) }, ...rest });
    },
    change: (iccids: readonly string[] = devices, to = plan, options: RunHereOptions = {}, args: readonly string[] = []) =>
      sandbox.run(['change-rate-plan', '--plan', to, '--file', sandbox.list(`iccid\n${iccids.join('\n')}\n`), ...args], {
        ...options,
        env: { ...env, ...options.env },
      }),
    goOn: (command: 'resume' | 'retry', args: readonly string[] = []) => sandbox.run([command, 'last', ...args], { env }),
    standing: (iccid: string) => standing(sandbox, carrier, iccid),
    standings: () => devices.map((iccid) => standing(sandbox, carrier, iccid)),
    /** Resolves when no effect is still to come. */
    quiet: () =>
      vi.waitFor(() => expect([sandbox.carriers.pending.size, carrier.isQuiet?.(sandbox.carriers) ?? true]).toEqual([0, true]), {
        timeout: 10_000,
      }),
    violations: () => sandbox.carriers.ledger.summary().violations,
  };
}

/** Does something when the first step is about to be sent. */
export function atFirstIntent(act: (interrupt: Interrupt) => void | Promise<void>): RunHereOptions {
  let isFirst = true;
  return {
    onEvent: ({ state }, interrupt) => {
      if (state !== 'intent' || !isFirst) return;
      isFirst = false;
      void act(interrupt);
    },
  };
}

/** Statuses of rows, in the order of the devices. */
export function statuses({ rows }: RanHere, devices: readonly string[]): readonly (string | undefined)[] {
  return devices.map((iccid) => rows.get(iccid)?.status);
}
