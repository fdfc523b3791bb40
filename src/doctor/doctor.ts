import { tmpdir } from 'node:os';
import { resolve } from 'node:path';

import { revio } from '../billing/revio/revio.ts';
import { CARRIERS } from '../carriers/registry.ts';
import type { Config } from '../config/load-config.ts';
import type { Clock } from '../domain/clock.ts';
import { integrationNames, permissionSettings, portalTypes } from '../database-settings.ts';
import type { Check } from './check.ts';
import { examine } from './examine.ts';
import { realFiles } from './files.ts';

/** How long carriers and billing have to answer, all of them together. */
const PATIENCE_MS = 60_000;

/** `examine` with the real carriers, billing and files. */
export function examineSystem(config: Config, clock: Clock, signal: AbortSignal): Promise<readonly Check[]> {
  return examine({
    config,
    operator: {
      operator: config.operator,
      serviceProvider: config.serviceProvider,
      permissions: permissionSettings(config),
      integrations: integrationNames(config),
      portalTypes: portalTypes(config),
      changeType: (name) => config.number('CHANGE_TYPE', name),
    },
    carriers: CARRIERS,
    billing: revio,
    files: realFiles,
    paths: { folder: process.cwd(), temporary: tmpdir(), envFile: resolve('.env') },
    clock,
    signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
  });
}
