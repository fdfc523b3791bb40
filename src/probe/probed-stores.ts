import type { DueStore } from '../run/due-store.ts';
import type { ReconcileStore } from '../run/reconcile-store.ts';
import type { RunStore } from '../run/run-store.ts';
import { around, type Deed, type Probe } from './probe.ts';

/** The stores of a session that write. */
export interface Stores {
  readonly store: RunStore;
  readonly reconciling: ReconcileStore;
  readonly due: DueStore;
}

/** The same stores, with a moment before and after everything that they write. A heartbeat is left out: it changes only its time. */
export function probedStores({ store, reconciling, due }: Stores, probe: Probe): Stores {
  const one =
    (deed: Deed) =>
    (...[subject]: readonly unknown[]) => [[deed, typeof subject === 'string' ? subject : ''] as const];
  return {
    store: {
      ...store,
      save: around(probe, one('save'), store.save),
      saveMore: around(probe, one('save'), store.saveMore),
      activate: around(probe, one('activate'), store.activate),
      removeLeftovers: around(probe, one('leftovers'), store.removeLeftovers),
      takeLease: around(probe, one('lease'), store.takeLease),
      releaseLeases: around(probe, one('unlock'), store.releaseLeases),
      keepOptions: around(probe, one('options'), store.keepOptions),
      begin: around(probe, one('begin'), store.begin),
      claim: around(probe, one('claim'), store.claim),
      release: around(probe, (rowIds) => rowIds.map((id) => ['release', id]), store.release),
      reopen: around(probe, one('reopen'), store.reopen),
      append: around(probe, (entries) => entries.map(({ step, data }) => [data.kind, step]), store.append),
      callProcedure: around(probe, (_id, { procedure }) => [['send', procedure]], store.callProcedure),
      callWaiting: around(probe, one('send'), store.callWaiting),
      commit: around(probe, (rows) => rows.map(({ rowId }) => ['commit', rowId]), store.commit),
      noteUnwritten: around(probe, one('unwritten'), store.noteUnwritten),
      finish: around(probe, one('finish'), store.finish),
    },
    reconciling: {
      ...reconciling,
      rewrite: around(probe, (_id, changed) => changed.map(({ rowId }) => ['rewrite', rowId]), reconciling.rewrite),
    },
    due: {
      take: around(probe, ({ changes }) => changes.map(({ iccid }) => ['take due', iccid]), due.take),
      finish: around(probe, one('finish'), due.finish),
    },
  };
}
