import type { Effect, EffectOf, Portal } from '../../../domain/effect.ts';
import type { Transaction } from '../../database.ts';
import { writeAssignments } from './assignments.ts';
import { writeProducts, writeServices } from './billing.ts';
import { writeCarrierPlans } from './carrier-plans.ts';
import { queueCustomerPlans, unqueueCustomerPlans, writeCustomerPlans } from './customer-plans.ts';
import { writeHistory } from './history.ts';
import { writePackages } from './packages.ts';
import type { Written } from '../written.ts';

/** Writes the effects of many devices: one statement, or an update and an insert, per kind. Repeating it changes nothing further. */
export async function writeEffects(
  tx: Transaction,
  effects: readonly (Effect & { readonly bulkChangeId: string })[],
  written: Written,
): Promise<void> {
  const of = <K extends Effect['kind']>(kind: K) =>
    effects.filter((effect): effect is EffectOf<K> & { bulkChangeId: string } => effect.kind === kind);
  await writePackages(tx, of('pond-package'), written);
  await eachPortal(of('carrier-plan'), (items, portal) => writeCarrierPlans(tx, items, portal, written));
  // Before the assignments, which point to their service line.
  await writeServices(tx, of('rev-service'), written);
  await writeProducts(tx, of('rev-product'), written);
  await eachPortal(of('assignment'), (items, portal) => writeAssignments(tx, items, portal, written));
  await eachPortal(of('customer-plan'), (items, portal) => writeCustomerPlans(tx, items, portal, written));
  await queueCustomerPlans(tx, of('customer-plan-queued'), written);
  await unqueueCustomerPlans(tx, of('customer-plan-unqueued'));
  await eachPortal(of('history'), (items, portal) => writeHistory(tx, items, portal, written));
}

async function eachPortal<T extends { readonly portal: Portal }>(
  items: readonly T[],
  write: (items: readonly T[], portal: Portal) => Promise<void>,
): Promise<void> {
  for (const [portal, mine] of Map.groupBy(items, ({ portal: each }) => each)) await write(mine, portal);
}
