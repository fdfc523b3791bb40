import { z } from 'zod';

import type { Simulator } from '../../src/sandbox/simulator/simulator.ts';

/** Looks at every package of the simulated POND after every single call. */
export interface PackageWatch {
  /** What must never happen and did: a SIM had an active package before a call, and none after it. */
  readonly problems: readonly string[];
  /** Package types that are active now on a SIM (19 digits). */
  activeOn(sim: string): readonly number[];
  /** Calls `act` inside the n-th effect from now on, before its answer goes out. */
  atEffect(n: number, act: () => void): void;
}

const stateSchema = z.object({
  packages: z.array(z.object({ simIccid: z.string(), packageTypeId: z.number(), status: z.string() })),
});

export function watchPackages({ state: { services } }: Pick<Simulator, 'state'>): PackageWatch {
  const hosted = services.get('pond');
  if (hosted === undefined) throw new Error('The simulator has no POND');
  const { service } = hosted;

  const active = (): ReadonlyMap<string, readonly number[]> => {
    const { packages } = stateSchema.parse(service.state());
    const bySim = Map.groupBy(
      packages.filter(({ status }) => status === 'ACTIVE'),
      ({ simIccid }) => simIccid,
    );
    return new Map([...bySim].map(([sim, mine]) => [sim, mine.map(({ packageTypeId }) => packageTypeId)]));
  };

  const problems: string[] = [];
  let before = active();
  let awaited: { left: number; readonly act: () => void } | null = null;
  services.set('pond', {
    ...hosted,
    service: {
      ...service,
      handle: (call) => {
        const answered = service.handle(call);
        const after = active();
        for (const sim of before.keys())
          if (!after.has(sim)) problems.push(`${sim} has no active package after ${call.method} ${call.path} ${JSON.stringify(call.body)}`);
        before = after;
        if (answered.effect !== undefined && awaited !== null) {
          awaited.left -= 1;
          if (awaited.left === 0) awaited.act();
        }
        return answered;
      },
    },
  });
  return {
    problems,
    activeOn: (sim) => before.get(sim) ?? [],
    atEffect: (n, act) => {
      awaited = { left: n, act };
    },
  };
}
