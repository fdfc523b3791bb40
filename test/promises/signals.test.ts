import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { open, statuses, TIMEOUT_SECONDS } from '../carriers/carrier-run.ts';
import { pond } from '../carriers/pond.ts';
import { changed, untouched } from '../carriers/standing.ts';
import { sampleDatabase, type ToldEvent } from '../end-to-end/in-process.ts';

// Signals at the moments of a run that no carrier takes part in; at a carrier's calls: signals-at-carriers.test.ts.

let sample: Awaited<ReturnType<typeof sampleDatabase>>;

beforeAll(async () => {
  sample = await sampleDatabase();
});

afterAll(() => sample.remove());

const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const;
const [first, second] = pond.devices;

describe.for(SIGNALS)('%s', ([signal, code]) => {
  test('while the list is read, which never ends: nothing is saved, and the process is free to end', async (context) => {
    const { sandbox, carriers } = await open(pond, sample.path, context);
    const ran = await sandbox.run(['change-rate-plan', '--plan', pond.plan, '--file', '-'], { onRead: (interrupt) => interrupt(signal) });

    expect([ran.code, ran.events], ran.stderr).toEqual([code, []]);
    expect(ran.stderr).toContain('Stopped: nothing was saved, nothing was sent [STOPPED]');
    expect(sandbox.query('SELECT id FROM DeviceBulkChange')).toEqual([]);
    expect(carriers.ledger.entries({ limit: 10 })).toEqual([]);
  });

  test('at the question whether to go on: nothing is saved', async (context) => {
    const { change, sandbox } = await open(pond, sample.path, context);
    const ran = await change([first], pond.plan, {
      yes: false,
      onQuestion: (_question, interrupt) => {
        interrupt(signal);
        return null;
      },
    });

    expect(ran.code, ran.stderr).toBe(code);
    expect(ran.stderr).toContain('nothing was saved, nothing was sent');
    expect(sandbox.query('SELECT id FROM DeviceBulkChange')).toEqual([]);
  });

  test('at the question of --hold: what is done is done, the rest is left for resume', async (context) => {
    const { change, goOn, standing } = await open(pond, sample.path, context);
    const ran = await change(
      [first, second],
      pond.plan,
      {
        onQuestion: (_question, interrupt) => {
          interrupt(signal);
          return null;
        },
      },
      ['--waves', '1,100%', '--hold'],
    );
    const resumed = await goOn('resume', ['--waves', '100%']);

    expect([ran.code, ...statuses(ran, [first, second])], ran.stderr).toEqual([code, 'APPLIED', 'NOT_STARTED']);
    expect(nextOf(ran.events)).toMatch(/^pond-bulk resume \S+ --yes/);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect([first, second].map(standing)).toEqual([changed(pond), changed(pond)]);
  });

  test('while a rate limit is waited for: the device in progress is finished, the rest is left for resume', async (context) => {
    const { change, goOn, strike, standing } = await open(pond, sample.path, context);
    strike('429', pond.write, { iccid: first, seconds: 1 });

    const ran = await change([first, second], pond.plan, {
      env: { PAGE_SIZE: '1' },
      onEvent: ({ type }, interrupt) => (type === 'throttle' ? interrupt(signal) : undefined),
    });
    const resumed = await goOn('resume');

    expect([ran.code, ran.rows.get(first)?.status], ran.stderr).toEqual([code, 'APPLIED']);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect([first, second].map(standing)).toEqual([changed(pond), changed(pond)]);
  });

  test('before the first device: nothing is sent, and the command that goes on is told', async (context) => {
    const { change, standing } = await open(pond, sample.path, context);
    const ran = await change([first], pond.plan, {
      onEvent: ({ type }, interrupt) => (type === 'run.start' ? interrupt(signal) : undefined),
    });

    expect([ran.code, ...statuses(ran, [first])], ran.stderr).toEqual([code, 'NOT_STARTED']);
    expect(nextOf(ran.events)).toMatch(/^pond-bulk resume \S+ --yes/);
    expect(standing(first)).toEqual(untouched(pond, 'NEW'));
  });
});

/** Stops with `signals` once the change is under way at a carrier that never answers. */
async function stoppedInFlight(
  signals: readonly NodeJS.Signals[],
  env: Readonly<Record<string, string>>,
  context: Parameters<typeof open>[2],
) {
  const world = await open(pond, sample.path, context);
  world.strike('timeout-after', pond.write, { iccid: first });
  const startedAt = performance.now();
  const ran = await world.change([first], pond.plan, {
    env,
    onEvent: ({ state }, interrupt) => (state === 'intent' ? signals.forEach(interrupt) : undefined),
  });
  return { ...world, ran, seconds: (performance.now() - startedAt) / 1000 };
}

test('what is in flight has its time after the first signal; then it is let go as by a second one', async (context) => {
  const { ran, seconds, goOn, standing } = await stoppedInFlight(
    ['SIGTERM'],
    { DRAIN_SECONDS: '0.3', POND_TIMEOUT_SECONDS: '15' },
    context,
  );
  const resumed = await goOn('resume');

  expect([ran.code, ...statuses(ran, [first])], ran.stderr).toEqual([143, 'UNKNOWN']);
  expect(ran.stderr).toContain('Devices in progress did not finish within 0.3 s (DRAIN_SECONDS): they are let go');
  expect(seconds).toBeLessThan(15);
  expect([resumed.code, ...statuses(resumed, [first])], resumed.stderr).toEqual([0, 'APPLIED']);
  expect(standing(first)).toEqual(changed(pond));
});

test('a terminal that says twice that it was closed is no second signal', async (context) => {
  const { ran, standing } = await stoppedInFlight(['SIGHUP', 'SIGHUP'], { POND_TIMEOUT_SECONDS: String(TIMEOUT_SECONDS) }, context);

  expect([ran.code, ...statuses(ran, [first])], ran.stderr).toEqual([129, 'APPLIED']);
  expect(standing(first)).toEqual(changed(pond));
});

function nextOf(events: readonly ToldEvent[]): string {
  return events.at(-1)?.next ?? '';
}
