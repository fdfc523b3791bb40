import type { PlanChange } from './plan-change.ts';
import type { DeviceState } from './result.ts';

/**
 * What a carrier shows of a device (`readPlan`) that is not as a plan change wanted it, in words; empty when all is as wanted. A
 * carrier that shows nothing of the plan is not believed.
 */
export function differencesFromPlan({ plan, commPlan }: PlanChange, shown: DeviceState): readonly string[] {
  const wanted: DeviceState = {
    plan: plan.code,
    packageTypeId: plan.packageTypeId,
    planUuid: plan.planUuid,
    ...(commPlan === null ? {} : { commPlan }),
  };
  const compared = Object.keys(wanted).filter((name) => Object.hasOwn(shown, name));
  if (!compared.some((name) => name !== 'commPlan')) return ['no plan is shown'];
  return compared.flatMap((name) =>
    isShown(name, wanted[name] ?? null, shown[name] ?? null)
      ? []
      : [`${name} is ${shown[name] ?? 'none'} instead of ${wanted[name] ?? 'none'}`],
  );
}

function isShown(name: string, wanted: string | number | null, shown: string | number | null): boolean {
  if (wanted === null || shown === null) return false;
  // ThingSpace shows every plan of a line.
  if (name === 'plan' && String(shown).split(', ').includes(String(wanted))) return true;
  return name === 'planUuid' ? String(wanted).toLowerCase() === String(shown).toLowerCase() : String(wanted) === String(shown);
}
