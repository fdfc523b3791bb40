import { carrierPlanEffects, PLAN_PREFLIGHT } from '../../domain/carrier-plan-effects.ts';
import type { Effect } from '../../domain/effect.ts';
import type { HttpClient } from '../../domain/http.ts';
import type { AuditEntry, Outcome } from '../../domain/outcome.ts';
import type { PlanChange } from '../../domain/plan-change.ts';
import type { RowError } from '../../domain/result.ts';
import type { Steps } from '../../domain/step.ts';
import { writtenPlan, writtenRow } from '../../domain/written-row.ts';
import type { Package, PondApi } from './api.ts';
import { pondIccid } from '../../domain/pond-iccid.ts';
import { addPackage, setStatus, whileActive } from './steps.ts';

interface Collaborators {
  readonly api: PondApi;
  readonly http: HttpClient;
  readonly knownPackages: (iccid: string) => Promise<readonly string[]>;
}

/**
 * Moves a SIM to another package type, make before break: the new package is active before an old one is terminated, so
 * that the device never has none because of us, and a row that ends well has exactly one, of the target type.
 */
export async function changePondPlan(change: PlanChange, steps: Steps, { api, http, knownPackages }: Collaborators): Promise<Outcome> {
  const iccid = pondIccid(change.device.iccid);
  const target = change.plan.packageTypeId;
  if (iccid === null || target === null)
    throw new Error(`POND: ${change.device.iccid} reached the carrier without a package type or a 19-digit ICCID`);

  const before = await steps.remember('packages before', async () => (await api.packages(iccid, steps.signal)).packages);
  const active = before.filter(({ status }) => status === 'ACTIVE');
  const kept = active.find(({ packageTypeId }) => packageTypeId === target);
  const old = active.filter((each) => each !== kept);
  if (kept !== undefined && old.length === 0) return alreadyOnPlan(change, kept);

  const idle = before.filter(({ status, packageTypeId }) => status === 'NOT_ACTIVE' && packageTypeId === target);
  const ours =
    idle.length === 0
      ? []
      : await steps.remember('packages known', async () => [...(await knownPackages(change.device.iccid)), ...addedBefore(steps)]);
  const reused = idle.find(({ packageId }) => ours.includes(packageId));
  const strangers = idle.filter((each) => each !== reused && !ours.includes(each.packageId));

  let current = kept?.packageId;
  if (current === undefined) {
    const idsBefore = new Set(before.map(({ packageId }) => packageId));
    const added = reused ?? (await steps.step('add package', addPackage(api, http, iccid, target, idsBefore)));
    current = added.packageId;
    const activated = await steps.tryStep('activate package', setStatus(api, http, current, 'ACTIVE'));
    if (!activated.ok) return takeBack(change, current, target, activated.error, steps, { api, http });
  }

  const gone: Package[] = [];
  const left: { readonly packageId: string; readonly error: RowError }[] = [];
  for (const each of old) {
    const terminate = setStatus(api, http, each.packageId, 'TERMINATED');
    const step = steps.isResumed ? whileActive(current, api, terminate) : terminate;
    const terminated = await steps.tryStep(`terminate package ${each.packageId}`, step);
    if (terminated.ok) gone.push(each);
    else left.push({ packageId: each.packageId, error: terminated.error });
  }

  const packages = [
    ...gone.map((each) => packageEffect(change, each.packageId, each.packageTypeId, 'TERMINATED')),
    packageEffect(change, current, target, 'ACTIVE'),
  ];
  const [firstLeft] = left;
  if (firstLeft !== undefined) {
    const ids = left.map(({ packageId }) => packageId).join(', ');
    const text = `Old package ${ids} could not be terminated; new package ${current} is active`;
    return {
      status: 'FAILED',
      message: `${firstLeft.error.message}. ${text}`,
      error: { ...firstLeft.error, message: `${firstLeft.error.message}. ${text}`, hint: 'pond-bulk retry terminates what is left' },
      after: null,
      effects: packages,
      audit: auditOf(change, packages),
    };
  }
  const effects = [...packages, ...carrierPlanEffects(change)];
  return {
    status: 'APPLIED',
    message:
      strangers.length === 0
        ? 'OK'
        : `OK; package ${strangers.map(({ packageId }) => packageId).join(', ')} of unknown origin left as it is`,
    error: null,
    after: { plan: change.plan.code },
    effects,
    audit: auditOf(change, effects),
  };
}

function addedBefore(steps: Steps): readonly string[] {
  return steps.earlier<{ readonly packageId: string }>('add package').map(({ packageId }) => packageId);
}

function alreadyOnPlan(change: PlanChange, kept: Package): Outcome {
  return {
    status: 'NOOP',
    message: 'already on plan',
    error: null,
    after: { plan: change.plan.code },
    effects: [packageEffect(change, kept.packageId, kept.packageTypeId, 'ACTIVE'), ...carrierPlanEffects(change)],
    audit: [{ description: PLAN_PREFLIGHT, request: change.plan.code, response: 'already on plan', hasErrors: false }],
  };
}

/** The new package would not become active: it is terminated, and the old one was never touched. */
async function takeBack(
  change: PlanChange,
  packageId: string,
  typeId: number,
  cause: RowError,
  steps: Steps,
  { api, http }: Pick<Collaborators, 'api' | 'http'>,
): Promise<Outcome> {
  const terminated = await steps.tryStep('terminate new package', setStatus(api, http, packageId, 'TERMINATED'));
  const text = terminated.ok
    ? 'New package activation failed; new package terminated'
    : `New package activation failed; package ${packageId} could not be terminated`;
  const effects = [packageEffect(change, packageId, typeId, terminated.ok ? 'TERMINATED' : 'NOT_ACTIVE')];
  const message = `${cause.message}. ${text}`;
  return {
    status: terminated.ok ? 'COMPENSATED' : 'FAILED',
    message,
    error: { ...cause, message },
    after: null,
    effects,
    audit: auditOf(change, effects),
  };
}

function packageEffect(change: PlanChange, packageId: string, packageTypeId: number, status: Package['status']): Effect {
  const { iccid, providerId } = change.device;
  return { kind: 'pond-package', iccid, packageId, packageTypeId, status, providerId };
}

function auditOf(change: PlanChange, effects: readonly Effect[]): readonly AuditEntry[] {
  return effects.flatMap((effect): readonly AuditEntry[] => {
    if (effect.kind === 'pond-package') {
      const description =
        effect.status === 'ACTIVE' ? 'Pond add carrier rate plan: Database.' : 'Pond update carrier rate plan status: Database.';
      const { packageId, packageTypeId, status } = effect;
      return [{ description, request: writtenRow('POND_Package', { packageId, packageTypeId, status }), response: 'OK', hasErrors: false }];
    }
    if (effect.kind === 'carrier-plan') {
      return [
        { description: 'Device update carrier rate plan: Database.', request: writtenPlan(change), response: 'OK', hasErrors: false },
      ];
    }
    return [];
  });
}
