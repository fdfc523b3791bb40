import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TempRow } from '../../src/database/database.ts';
import { openReadOnlyDatabase } from '../../src/database/open-database.ts';
import { setOf } from '../../src/database/sets.ts';
import { engines, type TestDatabase } from './engines.ts';

async function* numbered(count: number): AsyncIterable<readonly TempRow[]> {
  const lines = Array.from({ length: count }, (_, index) => index + 1);
  for (let at = 0; at < count; at += 1000)
    yield lines.slice(at, at + 1000).map((line) => [line, `8988${line}`, '9007199254740991', line % 2 === 0, null]);
}

async function* firstColumns(pages: AsyncIterable<readonly TempRow[]>, count: number): AsyncIterable<readonly TempRow[]> {
  for await (const page of pages) yield page.map((row) => row.slice(0, count));
}

async function all<T>(pages: AsyncIterable<readonly T[]>): Promise<readonly T[]> {
  const list: T[] = [];
  for await (const page of pages) list.push(...page);
  return list;
}

describe.each(engines)('database on $name', ({ create }) => {
  let made: TestDatabase;

  beforeAll(async () => {
    made = await create();
    await made.db.execute('CREATE TABLE item (id int NOT NULL PRIMARY KEY, name nvarchar(50), flag bit, at datetime)');
  });
  afterAll(() => made.remove());

  test('values come back in one form: bit as 0 or 1, datetime as text, undefined as null', async () => {
    const { db } = made;

    await db.execute('INSERT INTO item (id, name, flag, at) VALUES (:id, :name, :flag, :at)', {
      id: 1,
      name: undefined,
      flag: true,
      at: new Date('2026-11-03T10:20:30.123Z'),
    });
    const rows = await db.query('SELECT id, name, flag, at FROM item WHERE id = 1');

    expect(rows).toEqual([{ id: 1, name: null, flag: 1, at: '2026-11-03 10:20:30.123' }]);
  });

  test('a parameter without a value is an error', async () => {
    await expect(async () => made.db.query('SELECT :forgotten AS it')).rejects.toThrow(':forgotten');
  });

  test('execute answers the number of affected rows', async () => {
    const { db } = made;

    const inserted = await db.execute(
      `INSERT INTO item (id, name) SELECT id, name FROM ${setOf('given', { id: 'int', name: 'nvarchar(50)' })} AS given`,
      {
        given: JSON.stringify([{ id: 10, name: 'ten' }, { id: 11 }]),
      },
    );
    const updated = await db.execute('UPDATE item SET name = :name WHERE id >= :from AND id < :end', {
      name: 'Zoë 日本',
      from: 10,
      end: 20,
    });

    expect([inserted, updated]).toEqual([2, 2]);
    expect(await db.query('SELECT name FROM item WHERE id = 11')).toEqual([{ name: 'Zoë 日本' }]);
  });

  test('a transaction that rejects leaves nothing', async () => {
    const { db } = made;

    const attempt = db.transaction(async (tx) => {
      await tx.execute('INSERT INTO item (id) VALUES (:id)', { id: 50 });
      throw new Error('no');
    });

    await expect(attempt).rejects.toThrow('no');
    expect(await db.query('SELECT id FROM item WHERE id = 50')).toEqual([]);
  });

  test('statements of a transaction stay in it, however many are sent at once', async () => {
    const { db } = made;
    const attempt = (id: number): Promise<void> =>
      db.transaction(async (tx) => {
        await Promise.all([0, 1, 2].map((n) => tx.execute('INSERT INTO item (id) VALUES (:id)', { id: id + n })));
        throw new Error('no');
      });

    const attempts = await Promise.allSettled([attempt(1000), attempt(1010), attempt(1020), db.query('SELECT 1 AS one')]);

    expect(attempts.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'fulfilled']);
    expect(await db.query('SELECT id FROM item WHERE id >= 1000')).toEqual([]);
  });

  test('a transaction that was committed is seen by others', async () => {
    const { db, url } = made;
    await db.transaction((tx) => tx.execute('INSERT INTO item (id) VALUES (70)'));

    const other = await openReadOnlyDatabase(url);
    const rows = await other.query('SELECT id FROM item WHERE id = 70');
    await other.close();

    expect(rows).toEqual([{ id: 70 }]);
  });

  test('a temporary table is loaded, joined, updated and made anew', async () => {
    const { session } = made.db;
    const columns = [
      { name: 'line', type: 'int' },
      { name: 'iccid', type: 'nvarchar(50)' },
      { name: 'big', type: 'bigint' },
      { name: 'good', type: 'bit' },
      { name: 'note', type: 'nvarchar(max)' },
    ] as const;
    const table = await session.createTemp('list', columns, 'line');

    const loaded = await session.loadTemp('list', numbered(12_345));
    const updated = await session.execute(`UPDATE ${table} SET note = :note WHERE line <= 3`, { note: 'x'.repeat(9000) });
    const rows = await session.query(
      `SELECT list.iccid, list.good, list.big, item.name FROM ${table} AS list JOIN item ON item.id = list.line WHERE list.line = 10`,
    );
    await session.createTemp('list', columns, 'line');
    const left = await session.query(`SELECT COUNT(*) AS n FROM ${table}`);

    expect([loaded, updated]).toEqual([12_345, 3]);
    expect(rows).toEqual([{ iccid: '898810', good: 1, big: expect.anything(), name: 'Zoë 日本' }]);
    expect(left).toEqual([{ n: 0 }]);
  });

  test('a transaction of the session sees its temporary tables', async () => {
    const { db } = made;
    const table = await db.session.createTemp('pick', [{ name: 'id', type: 'int' }], 'id');
    await db.session.execute(`INSERT INTO ${table} (id) VALUES (10)`);

    const touched = await db.session.transaction((tx) =>
      tx.execute(`UPDATE item SET name = 'picked' WHERE id IN (SELECT id FROM ${table})`),
    );
    const rolledBack = db.session.transaction(async (tx) => {
      await tx.execute(`UPDATE item SET name = 'lost'`);
      throw new Error('no');
    });

    await expect(rolledBack).rejects.toThrow('no');
    expect(touched).toBe(1);
    expect(await db.query('SELECT name FROM item WHERE id = 10')).toEqual([{ name: 'picked' }]);
  });

  test('a stream gives every row, and other statements run beside it', async () => {
    const { db } = made;
    const given = Array.from({ length: 3000 }, (_, n) => ({ n }));
    let seen = 0;

    for await (const page of db.stream<readonly [n: number]>(
      `SELECT given.n FROM ${setOf('given', { n: 'int' })} AS given ORDER BY given.n`,
      { given },
    )) {
      await db.query('SELECT 1 AS one');
      expect(page.map(([n]) => n)).toEqual(page.map((_, index) => seen + index));
      seen += page.length;
    }

    expect(seen).toBe(3000);
  });

  test('a stream that nobody reads to the end gives its connection back', async () => {
    const { db } = made;
    const { session } = db;

    for await (const [first] of session.stream<readonly [id: number]>('SELECT id FROM item ORDER BY id')) {
      expect(first).toEqual([1]);
      break;
    }

    expect(await session.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('a stream of a wrong statement rejects', async () => {
    await expect(all(made.db.stream('SELECT nothing FROM nowhere'))).rejects.toThrow();
    expect(await made.db.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('a read-only database reads and has temporary tables, and cannot write', async () => {
    const readOnly = await openReadOnlyDatabase(made.url);
    const table = await readOnly.session.createTemp(
      'list',
      [
        { name: 'line', type: 'int' },
        { name: 'iccid', type: 'nvarchar(50)' },
      ],
      'iccid',
    );

    await readOnly.session.loadTemp('list', firstColumns(numbered(10), 2));
    await readOnly.session.execute(`UPDATE ${table} SET line = line + 1`);
    const joined = await readOnly.session.query(`SELECT item.id FROM ${table} AS list JOIN item ON item.id = list.line ORDER BY item.id`);
    const streamed = await all(readOnly.stream('SELECT id FROM item WHERE id = 1'));

    expect(joined).toEqual([{ id: 10 }, { id: 11 }]);
    expect(streamed).toEqual([[1]]);
    await expect(readOnly.query('DELETE FROM item')).rejects.toThrow();
    await expect(readOnly.session.execute('DELETE FROM item')).rejects.toThrow();
    await expect(readOnly.session.query('WITH c AS (SELECT 1 AS one) DELETE FROM item')).rejects.toThrow();
    await readOnly.close();
  });

  test('statements are counted', async () => {
    const { db } = made;
    const before = db.statements;

    await db.query('SELECT 1 AS one');
    await db.transaction((tx) => tx.execute('UPDATE item SET name = name WHERE id = 1'));

    expect(db.statements - before).toBe(2);
  });
});
