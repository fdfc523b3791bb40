import { expect, test, vi, type TestContext } from 'vitest';

import type { CarrierUnderTest } from '../carriers/carrier-under-test.ts';
import { controlCenters } from '../carriers/control-center.ts';
import { pond } from '../carriers/pond.ts';
import { teal } from '../carriers/teal.ts';
import { telegence } from '../carriers/telegence.ts';
import { thingSpace } from '../carriers/thingspace.ts';
import { testSandbox, type Ran } from '../end-to-end/cli.ts';

// Real processes and real signals; one run with a device of every carrier, none of which answers. eBonding is a procedure of the database:
// nothing is in flight there.
const CARRIERS: readonly CarrierUnderTest[] = [pond, ...controlCenters, thingSpace, teal, telegence];

vi.setConfig({ testTimeout: 90_000 });

/** Calls give up after so long; the first signal finds them all waiting, and what was made is read back then. */
const SOON = '3';
const NEVER = '60';

function environment(timeoutSeconds: string): Readonly<Record<string, string>> {
  const paces = CARRIERS.flatMap(({ service }) => {
    const prefix = service.toUpperCase();
    return [
      [`${prefix}_RATE`, '1000'],
      [`${prefix}_TIMEOUT_SECONDS`, timeoutSeconds],
    ];
  });
  return { ...(Object.fromEntries(paces) as Record<string, string>), SETTLE_SECONDS: '20' };
}

async function open({ onTestFinished }: TestContext) {
  const sandbox = await testSandbox();
  onTestFinished(() => sandbox.remove());
  return {
    sandbox,
    /** Changes the n-th device of every carrier; none answers. Sends `signals` one after another once every change is in flight. */
    stopped: async (n: 0 | 1, signals: readonly NodeJS.Signals[]): Promise<Ran> => {
      for (const { service, write, subject, devices } of CARRIERS)
        await sandbox.client.addFault({ service, kind: 'timeout-after', match: { ...write, subject: subject(devices[n]) } });
      const rows = CARRIERS.map(({ devices, plan }) => `${devices[n]},${plan}`);
      const file = sandbox.list('list.csv', `iccid,plan\n${rows.join('\n')}\n`);
      const left = [...signals];
      return sandbox.run(['change-rate-plan', '--file', file, '--output', 'jsonl'], {
        env: environment(signals.length > 1 ? NEVER : SOON),
        onStart: (child) => {
          const next = (): void => {
            const signal = left.shift();
            if (signal !== undefined) child.kill(signal);
          };
          child.stderr?.on('data', (text: string) => (text.includes('Stopping:') ? next() : undefined));
          const areAllInFlight = async (): Promise<void> => expect(await sandbox.client.faults()).toEqual([]);
          vi.waitFor(areAllInFlight, { timeout: 30_000, interval: 20 }).then(next, () => child.kill('SIGKILL'));
        },
      });
    },
    effects: async (n: 0 | 1) => {
      const { bySubject } = await sandbox.client.summary();
      return CARRIERS.map(({ subject, devices }) => bySubject[subject(devices[n])]);
    },
  };
}

interface Told {
  readonly type: string;
  readonly run: string;
  readonly status?: string;
  readonly next?: string;
}

function eventsOf({ stdout }: Ran): readonly Told[] {
  const lines = stdout.trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Told);
}

const statusesOf = (ran: Ran): readonly unknown[] => eventsOf(ran).flatMap(({ type, status }) => (type === 'row.result' ? [status] : []));
const allAre = (status: string): readonly string[] => CARRIERS.map(() => status);
const once = CARRIERS.map(({ changedOnce }) => changedOnce);

test.for([
  ['SIGINT', 130, 'SIGINT'],
  ['SIGTERM', 143, 'SIGINT'],
  ['SIGHUP', 129, 'SIGTERM'],
] as const)(
  '%s once finishes what is in flight at every carrier (%i); %s then lets it go, and resume finds it made',
  async ([first, code, second], context) => {
    const { sandbox, stopped, effects } = await open(context);

    const drained = await stopped(0, [first]);
    const letGo = await stopped(1, [first, second]);
    const end = eventsOf(letGo).at(-1);
    const resumed = await sandbox.run(['resume', end?.run ?? '', '--yes', '--output', 'jsonl'], { env: environment(NEVER) });

    expect([drained.signal ?? drained.code, ...statusesOf(drained)], drained.stderr).toEqual([code, ...allAre('APPLIED')]);
    expect(await effects(0)).toEqual(once);
    expect([letGo.signal ?? letGo.code, ...statusesOf(letGo)], letGo.stderr).toEqual([code, ...allAre('UNKNOWN')]);
    expect(end?.next).toMatch(/^pond-bulk resume \S+ --yes/);
    expect([resumed.code, ...statusesOf(resumed)], resumed.stderr).toEqual([0, ...allAre('APPLIED')]);
    expect(await effects(1)).toEqual(once);
  },
);
