import mssql, { type ConnectionPool, type ISqlType, type Transaction as DriverTransaction } from 'mssql';
import type { Calling, ProcedureSaid, ProcedureTransaction } from './database.ts';
import { driverTransaction } from './mssql-session.ts';
import type { SetForm } from './sets.ts';
import { valueFromMssql } from './sql-values.ts';

/** Transactions that can call procedures: mssql binds by name, and tells outputs, return value and messages, which knex does not. */
export function mssqlCalling(pool: () => Promise<ConnectionPool>, form: SetForm, onSend: () => void): Calling {
  return async (work) =>
    driverTransaction(await pool(), form, onSend, (tx, driver) => {
      const calling: ProcedureTransaction = {
        ...tx,
        call: (name, inputs, outputs) => {
          onSend();
          return call(driver, name, inputs, outputs);
        },
      };
      return work(calling);
    });
}

async function call(
  driver: DriverTransaction,
  name: string,
  inputs: ReadonlyMap<string, string | number | null>,
  outputs: readonly { readonly name: string; readonly type: string }[],
): Promise<ProcedureSaid> {
  const request = driver.request();
  const messages: string[] = [];
  request.on('info', ({ message }: { readonly message: string }) => messages.push(message));
  for (const { name: each, type } of outputs) request.output(each, outputType(type), inputs.get(each));
  const isOutput = new Set(outputs.map((each) => each.name));
  for (const [each, value] of inputs) if (!isOutput.has(each)) request.input(each, value);
  const { output, returnValue } = await request.execute<unknown>(name);
  const values = Object.entries(output as Record<string, unknown>).map(([each, value]) => [each, valueFromMssql(value)]);
  return { returned: Number(returnValue ?? 0), outputs: Object.fromEntries(values) as Record<string, unknown>, messages };
}

/** The server converts to what is asked for; text holds everything else. */
function outputType(type: string): ISqlType {
  switch (type.toLowerCase()) {
    case 'int':
    case 'smallint':
    case 'tinyint':
      return mssql.Int();
    case 'bit':
      return mssql.Bit();
    case 'datetime':
    case 'datetime2':
    case 'smalldatetime':
    case 'date':
      return mssql.DateTime2();
    default:
      return mssql.NVarChar(mssql.MAX);
  }
}
