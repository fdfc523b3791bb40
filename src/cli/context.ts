import type { Config } from '../config/load-config.ts';
import type { Carrier } from '../domain/carrier.ts';
import type { Check } from '../doctor/check.ts';
import type { Clock } from '../domain/clock.ts';
import type { Emit } from '../domain/event.ts';
import type { FactsStore } from '../domain/facts-store.ts';
import type { Provider } from '../domain/facts.ts';
import type { Change } from '../domain/change.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { PlanChange } from '../domain/plan-change.ts';
import type { DeviceState } from '../domain/result.ts';
import type { BulkChangeInfo } from '../domain/run-store.ts';
import type { Steps } from '../domain/step.ts';
import type { Fence } from '../run/fence.ts';
import type { DueReader, DueStore } from '../run/due-store.ts';
import type { ReconcileStore } from '../run/reconcile-store.ts';
import type { RunReader, RunStore } from '../run/run-store.ts';
import type { ProviderRefusal } from '../run/validate.ts';
import type { StopSignal } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** Options that every command takes. */
export interface GlobalFlags {
  readonly sandbox?: boolean;
  readonly sandboxDir?: string;
  readonly provider?: string;
  readonly concurrency?: number;
  readonly rate?: number;
}

/** Who runs the command where, for the run's record. */
export interface Host {
  readonly name: string;
  readonly user: string;
  readonly pid: number;
  /** Whether a process of this host is alive. */
  readonly isAlive: (pid: number) => boolean;
}

/** Ctrl-C, SIGTERM and SIGHUP, as a run sees them. */
export interface Interruption {
  /** First: nothing new is begun. */
  readonly drain: AbortSignal;
  /** Second: requests in flight are let go. */
  readonly abort: AbortSignal;
  /** Which signal it was. */
  readonly signal: () => StopSignal | null;
}

/** Carriers and billing, as the accounts of the configuration reach them. */
export interface Systems {
  readonly carrierOf: (integration: string) => Carrier | undefined;
  /** Answers why nothing can be sent for a planned change, else null. What it has to ask the database it asks first. */
  readonly refusals: (
    providers: readonly Provider[],
  ) => Promise<(verdict: Verdict & { readonly status: 'PLANNED' }) => ProviderRefusal | null>;
  /** The way of a change: plain code over steps. */
  readonly perform: (change: Change, provider: Pick<Provider, 'id' | 'integration'>) => (steps: Steps) => Promise<Outcome>;
  readonly readPlan: (change: PlanChange, integration: string, signal: AbortSignal) => Promise<DeviceState | null>;
  readonly inProgress: (bulkChange: Pick<BulkChangeInfo, 'providerId' | 'integration'>) => number;
  readonly deadlineMs: (bulkChange: Pick<BulkChangeInfo, 'providerId' | 'integration'>) => number;
}

/** What a command that reads works with. It cannot write: neither to the database nor to a carrier. */
export interface ReadSession {
  readonly config: Config;
  /** Server and database, or the file. */
  readonly database: string;
  readonly facts: FactsStore;
  /** Runs that were saved. Its methods reject with PondBulkError (config) when our own tables are missing. */
  readonly runs: () => Promise<RunReader>;
  /** Queued customer plan changes. */
  readonly queued: DueReader;
  readonly systems: Systems;
  /** How many SQL statements were sent so far: what measurements and their promises count. */
  readonly statements: () => number;
  close(): Promise<void>;
}

/** What a command that changes something works with. */
export interface WriteSession extends ReadSession {
  readonly store: RunStore;
  readonly reconciling: ReconcileStore;
  readonly due: DueStore;
  /** Of all that is sent and written for a run. */
  readonly fence: Fence;
}

/** Everything a command is given. Costly things are functions: `--help` needs none of them. */
export interface Context {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly host: Host;
  readonly interruption: Interruption;
  readonly version: string;
  /** A new id for a run. */
  readonly newRunId: () => string;
  /** Throttling and the like are told to `emit`. */
  readonly openRead: (flags: GlobalFlags, emit: Emit) => Promise<ReadSession>;
  /** Rejects with PondBulkError (config) when our own tables are missing, or nobody says who the operator is. */
  readonly openWrite: (flags: GlobalFlags, emit: Emit) => Promise<WriteSession>;
  /** As openWrite, but nothing can be sent to carriers and billing but reads. */
  readonly openSettling: (flags: GlobalFlags, emit: Emit) => Promise<WriteSession>;
  readonly configure: (flags: GlobalFlags) => Promise<Config>;
  readonly migrate: (flags: GlobalFlags, withOperatorSchema: boolean) => Promise<readonly string[]>;
  /** The same as a script, for those who let a DBA run it. The database is not asked. */
  readonly migrationScript: (flags: GlobalFlags, withOperatorSchema: boolean) => Promise<string>;
  /** What the logins of DATABASE_URL and DATABASE_URL_READ must be granted. The database is not asked. */
  readonly grantsScript: (flags: GlobalFlags, logins: { readonly run: string; readonly dryRun: string }) => Promise<string>;
  /** Looks at everything that a run needs; changes nothing. */
  readonly examine: (flags: GlobalFlags) => Promise<readonly Check[]>;
  /** The exit code that the process ends with, unless an error decides. */
  readonly exit: (code: number) => void;
}
