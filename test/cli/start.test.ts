import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

/** Packages of CommonJS form that a command line has loaded by its end, of those that are slow to load. */
function loadedBy(args: readonly string[], env: Readonly<Record<string, string>> = {}): readonly string[] {
  const program = `
    import { createRequire } from 'node:module';
    import { main } from ${JSON.stringify(pathToFileURL(resolve('dist/main.js')).href)};
    await main(${JSON.stringify(args)}, process);
    const names = Object.keys(createRequire(import.meta.url).cache).map((path) => /node_modules[\\\\/]([^\\\\/]+)/.exec(path)?.[1]);
    process.stdout.write('\\n' + JSON.stringify([...new Set(names)]));`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { env, encoding: 'utf8', timeout: 15_000 });
  const names = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as readonly string[];
  return ['knex', 'mssql', 'tedious'].filter((name) => names.includes(name));
}

test('what asks no database loads none of its packages', () => {
  expect(loadedBy(['--version'])).toEqual([]);
});

test('the drivers of SQL Server are not loaded for SQLite', () => {
  // A file that is no database: the engine has to be loaded to say so.
  expect(loadedBy(['list'], { DATABASE_URL: `sqlite:${resolve('package.json')}` })).toEqual(['knex']);
});

test('they are loaded for SQL Server', () => {
  expect(loadedBy(['list'], { DATABASE_URL: 'mssql://jane:password@127.0.0.1:1/portal' })).toEqual(['knex', 'mssql', 'tedious']);
});
