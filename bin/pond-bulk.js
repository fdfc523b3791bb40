#!/usr/bin/env node
// The tool needs node:sqlite: an older Node hands over to the one that came with the packages, where there is one.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

const [major, minor] = process.versions.node.split('.').map(Number);
const isNew = major > 22 || (major === 22 && minor >= 14);

if (isNew) {
  // Long lists make much short-lived garbage, which V8 would let grow (npm run bench, memory); heard only before the code is loaded.
  setFlagsFromString('--max-semi-space-size=4');
  setFlagsFromString('--semi-space-growth-factor=1');
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => {
    if (name !== 'ExperimentalWarning') process.stderr.write(`${name}: ${message}\n`);
  });
  const { main } = await import('../dist/main.js');
  process.exitCode = await main(process.argv.slice(2), process);
} else {
  const bundled = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
  if (!existsSync(bundled)) {
    process.stderr.write(`pond-bulk needs Node 22.14 or newer; this is ${process.versions.node}\n`);
    process.exitCode = 2;
  } else {
    const child = spawn(bundled, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
    // A terminal sends SIGINT and SIGHUP to both; the child decides how to end.
    process.on('SIGINT', () => undefined);
    process.on('SIGHUP', () => undefined);
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.on('exit', (code, signal) => {
      process.exitCode = signal === null ? (code ?? 1) : 1;
    });
  }
}
