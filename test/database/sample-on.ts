import { migrate } from '../../src/database/migrate.ts';
import { sampleData } from '../../src/sandbox/sample-data.ts';
import { seedDatabase } from '../../src/sandbox/seed-database.ts';
import type { TestDatabase, TestEngine } from './engines.ts';

/** A new database with the operator's tables, ours, and the sandbox's sample rows. */
export async function sampleOn(create: TestEngine['create']): Promise<TestDatabase> {
  const made = await create();
  await migrate(made.db, { withOperatorSchema: true });
  await seedDatabase(made.db, sampleData());
  return made;
}
