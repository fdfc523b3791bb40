import type { Engine } from './database.ts';
import type { Table } from './schema.ts';

/** Bumped with every change to OWN_TABLES; a migration of an older version adds what is missing. */
export const OWN_SCHEMA_VERSION = 2;

/** What pond-bulk needs for itself. It never adds anything to the operator's own objects. */
export const OWN_TABLES: readonly Table[] = [
  {
    name: 'migration',
    columns: { version: 'int', applied_at: 'datetime' },
    primaryKey: ['version'],
  },
  {
    name: 'run',
    columns: {
      id: 'nvarchar(40)',
      command: 'nvarchar(40)',
      options: 'nvarchar(max)',
      operator: 'nvarchar(100)',
      os_user: 'nvarchar(100)',
      host: 'nvarchar(200)',
      environment: 'nvarchar(20)',
      reason: 'nvarchar(max)',
      columns: 'nvarchar(max)',
      warnings: 'nvarchar(max)',
      saved: 'bit',
      started_at: 'datetime',
      finished_at: 'datetime',
      exit_code: 'int',
    },
    primaryKey: ['id'],
  },
  {
    name: 'run_bulk_change',
    columns: { run_id: 'nvarchar(40)', bulk_change_id: 'bigint' },
    primaryKey: ['run_id', 'bulk_change_id'],
    indexes: [['bulk_change_id']],
  },
  {
    name: 'change_row',
    columns: {
      id: 'bigint',
      run_id: 'nvarchar(40)',
      bulk_change_id: 'bigint',
      device_change_id: 'bigint',
      portal: 'nvarchar(10)',
      line: 'int',
      iccid: 'nvarchar(50)',
      phone_number: 'nvarchar(50)',
      provider_id: 'int',
      subject: 'nvarchar(max)',
      cells: 'nvarchar(max)',
      before_state: 'nvarchar(max)',
      after_state: 'nvarchar(max)',
      status: 'nvarchar(20)',
      code: 'nvarchar(60)',
      message: 'nvarchar(max)',
      error: 'nvarchar(max)',
      attempt: 'int',
      audited: 'int',
      ms: 'int',
      started: 'bit',
      commit_id: 'nvarchar(40)',
    },
    primaryKey: ['id'],
    identity: true,
    indexes: [['bulk_change_id', 'status', 'id'], ['run_id', 'line'], ['device_change_id'], ['iccid']],
  },
  {
    name: 'journal',
    columns: {
      id: 'bigint',
      row_id: 'bigint',
      attempt: 'int',
      n: 'int',
      step: 'nvarchar(100)',
      kind: 'nvarchar(10)',
      at: 'datetime',
      data: 'nvarchar(max)',
    },
    primaryKey: ['id'],
    identity: true,
    indexes: [['row_id', 'id']],
  },
  {
    name: 'used_plan',
    columns: { id: 'nvarchar(40)', run_id: 'nvarchar(40)', used_at: 'datetime' },
    primaryKey: ['id'],
  },
  {
    name: 'lease',
    columns: {
      bulk_change_id: 'bigint',
      run_id: 'nvarchar(40)',
      host: 'nvarchar(200)',
      pid: 'int',
      heartbeat_at: 'bigint',
    },
    primaryKey: ['bulk_change_id'],
  },
  {
    name: 'account_turn',
    columns: {
      account: 'nvarchar(64)',
      holder: 'nvarchar(40)',
      host: 'nvarchar(200)',
      pid: 'int',
      beats: 'int',
      asks: 'int',
      recent: 'nvarchar(max)',
    },
    primaryKey: ['account'],
  },
];

/** Name in SQL of one of our tables: a schema of its own on SQL Server, a prefix on SQLite, which has no schemas. */
export function ownTable(engine: Engine, name: string): string {
  return engine === 'mssql' ? `pondbulk.${name}` : `pondbulk_${name}`;
}
