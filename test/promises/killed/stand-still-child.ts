import { PassThrough, Writable } from 'node:stream';

import type * as Main from '../../../src/main.ts';
import type { Probe } from '../../../src/probe/probe.ts';
import type { Strike, Task, Told } from './stand-still.ts';

/** The process that is killed (stand-still.ts). It runs the built tool, as users have it. */
const built: string = new URL('../../../dist/main.js', import.meta.url).href;
// Built from it.
const { main } = (await import(built)) as typeof Main;

process.on('message', (message) => {
  // stand-still.ts sends it.
  for (const [index, task] of (message as readonly Task[]).entries()) void run(index, task);
});

async function run(task: number, { args, env, strike }: Task): Promise<void> {
  const tell = (stands: boolean): void => {
    const told: Told = { task, stands };
    process.send?.(told);
  };
  const stdin = new PassThrough();
  stdin.end();
  const process_ = { env, pid: process.pid, stdin, stdout: sink(), stderr: sink(), on: () => undefined };
  // The tool uses these members of the process and no others.
  await main(
    args,
    process_ as unknown as NodeJS.Process,
    standStill(strike, () => tell(true)),
  );
  tell(false);
}

/** From its point on every moment lasts for ever. */
function standStill({ point, n }: Strike, onStruck: () => void): Probe {
  let left = n;
  return (moment) => {
    if (left > 0) {
      left -= point === null ? 1 : moment.filter(({ name }) => name === point).length;
      if (left > 0) return undefined;
      onStruck();
    }
    return new Promise<void>(() => undefined);
  };
}

function sink(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
