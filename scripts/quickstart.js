// The main job in the sandbox: a dry run, then both changes. Starts fresh every time and stops its simulators.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = dirname(dirname(fileURLToPath(import.meta.url)));
const sandbox = ['--sandbox', '--sandbox-dir', '.quickstart'];

/** Runs one command as an operator would; another exit code than expected ends everything. */
function run(expected, ...args) {
  console.log(`\n$ pond-bulk ${[...args, ...sandbox.filter((each) => args[0] !== 'sandbox' || each !== '--sandbox')].join(' ')}`);
  const { status } = spawnSync(process.execPath, [join(project, 'bin/pond-bulk.js'), ...args, ...sandbox], {
    cwd: project,
    stdio: 'inherit',
  });
  if (status !== expected) {
    console.error(`Expected exit code ${expected}, got ${status}`);
    process.exitCode = 1;
    throw new Error('quickstart failed');
  }
}

try {
  spawnSync(process.execPath, [join(project, 'bin/pond-bulk.js'), 'sandbox', 'stop', ...sandbox], { cwd: project });
  rmSync(join(project, '.quickstart'), { recursive: true, force: true, maxRetries: 5 });
  run(3, 'change-rate-plan', '--file', 'fixtures/list-with-mistakes.csv', '--plan', 'POND-5GB', '--dry-run');
  run(0, 'change-rate-plan', '--file', 'fixtures/iccids.csv', '--plan', 'POND-5GB');
  run(
    0,
    'assign-customer',
    '--file',
    'fixtures/customers.csv',
    '--create-rev-service',
    '--service-type',
    '3',
    '--rev-provider',
    '12',
    '--product',
    '501:4.99',
  );
  run(0, 'list');
  console.log('\nThat was the sandbox. README.md shows the first real task.');
} finally {
  spawnSync(process.execPath, [join(project, 'bin/pond-bulk.js'), 'sandbox', 'stop', ...sandbox], { cwd: project, stdio: 'inherit' });
}
