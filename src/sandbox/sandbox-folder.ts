import { homedir, platform } from 'node:os';
import { join } from 'node:path';

/** The files of one sandbox. */
export interface SandboxFolder {
  readonly path: string;
  readonly database: string;
  /** Held by the command that makes the database. */
  readonly databaseLock: string;
  /** What the simulated carriers know, kept between their processes. */
  readonly state: string;
  /** Process and port of the simulator, while it runs. */
  readonly running: string;
  /** Held by the simulator as long as it lives. */
  readonly lock: string;
  /** What the simulator says on stderr: nothing, as long as it works. */
  readonly log: string;
}

/** Where the files of a sandbox are. */
export function sandboxFolder(path: string): SandboxFolder {
  return {
    path,
    database: join(path, 'sandbox.db'),
    databaseLock: join(path, 'sandbox.db.lock'),
    state: join(path, 'carriers.json'),
    running: join(path, 'simulator.json'),
    lock: join(path, 'simulator.lock'),
    log: join(path, 'simulator.log'),
  };
}

/** Where the user's programs keep their data. A variable that is empty counts as not set: else the sandbox were in the folder of the day. */
export function defaultSandboxPath(env: Readonly<Record<string, string | undefined>>): string {
  const home = homedir();
  switch (platform()) {
    case 'win32':
      return join(env['LOCALAPPDATA'] || join(home, 'AppData', 'Local'), 'pond-bulk', 'sandbox');
    case 'darwin':
      return join(home, 'Library', 'Application Support', 'pond-bulk', 'sandbox');
    default:
      return join(env['XDG_DATA_HOME'] || join(home, '.local', 'share'), 'pond-bulk', 'sandbox');
  }
}
