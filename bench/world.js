// A database, simulated carriers in a process of their own, and commands of the built tool on them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ensureSimulator } from '../dist/sandbox/ensure-simulator.js';
import { sandboxFolder } from '../dist/sandbox/sandbox-folder.js';
import { carrierEnvironment } from '../dist/sandbox/simulator/accounts.js';
import { simulatorClient } from '../dist/sandbox/simulator-client.js';
import { seededDatabase } from './setup.js';

const BIN = join(import.meta.dirname, '../bin/pond-bulk.js');

/** A world of its own in a folder: `name` tells it from others, the fleets are beside the sample devices. */
export async function openWorld(folder, name, ...fleets) {
  const file = join(folder, `${name}.db`);
  await seededDatabase(file, ...fleets);
  const { port } = await ensureSimulator(sandboxFolder(join(folder, `simulator-${name}`)));
  const environment = { ...carrierEnvironment(port), DATABASE_URL: `sqlite:${file}`, POND_BULK_OPERATOR: 'sandbox', PAGE_SIZE: '500' };
  return {
    carrier: simulatorClient(port),
    /** Moves devices to a plan. Rejects when not every one was moved. */
    change: async (iccids, plan, settings) => {
      const list = join(folder, `${name}-${iccids[0]}.csv`);
      writeFileSync(list, `iccid\n${iccids.join('\n')}\n`);
      const child = spawn(process.execPath, [BIN, 'change-rate-plan', '--file', list, '--plan', plan, '--yes', '--output', 'json'], {
        env: { ...process.env, ...environment, ...settings },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
      const [code] = await once(child, 'close');
      if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
    },
  };
}
