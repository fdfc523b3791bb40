import { PondBulkError } from '../../domain/errors.ts';
import type { Queries } from '../database.ts';
import { KNOWN_PARAMETERS } from './dictionary.ts';

/** A parameter as the live procedure declares it. */
export interface Parameter {
  /** Without `@`, in the case that the server keeps. */
  readonly name: string;
  /** Name of its type, `nvarchar`. */
  readonly type: string;
  readonly isOutput: boolean;
  readonly hasDefault: boolean;
}

/** A stored procedure of the operator's database. */
export interface Procedure {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** Called for each device; else once for a whole bulk change. */
  readonly isPerDevice: boolean;
}

const DEVICE_PARAMETERS: ReadonlySet<string> = new Set(['iccid', 'deviceid', 'phonenumber', 'subscribernumber']);

/**
 * Looks a procedure of the operator's schema up; null when the database has none of that name. Rejects with PondBulkError
 * (config) when it requires a parameter that nobody knows how to fill.
 */
export async function findProcedure(db: Queries, name: string): Promise<Procedure | null> {
  if (db.engine === 'sqlite') return null;
  const rows = await db.query<{ parameter: string | null; type: string | null; is_output: number | null; definition: string | null }>(
    `
    SELECT parameter.name AS parameter, kind.name AS type, parameter.is_output, OBJECT_DEFINITION(OBJECT_ID(:name)) AS definition
    FROM (SELECT OBJECT_ID(:name, 'P') AS id) AS procedure_id
    LEFT JOIN sys.all_parameters AS parameter ON parameter.object_id = procedure_id.id AND parameter.parameter_id > 0
    LEFT JOIN sys.types AS kind ON kind.user_type_id = parameter.user_type_id
    WHERE procedure_id.id IS NOT NULL
    ORDER BY parameter.parameter_id`,
    { name },
  );
  if (rows.length === 0) return null;
  const definition = withoutComments(rows[0]?.definition ?? '');
  const parameters = rows.flatMap(({ parameter, type, is_output: isOutput }) => {
    if (parameter === null) return [];
    const plain = parameter.replace(/^@/, '');
    return [{ name: plain, type: type ?? 'nvarchar', isOutput: Number(isOutput) === 1, hasDefault: declaresDefault(definition, plain) }];
  });
  const unknown = parameters.filter(
    ({ name: each, isOutput, hasDefault }) => !isOutput && !hasDefault && !KNOWN_PARAMETERS.has(each.toLowerCase()),
  );
  if (unknown.length > 0) {
    throw new PondBulkError(
      'config',
      'PROCEDURE_PARAMETER_UNKNOWN',
      `The procedure ${name} requires ${unknown.map((each) => `@${each.name}`).join(', ')}, which pond-bulk cannot fill: give it a default in the database`,
    );
  }
  return { name, parameters, isPerDevice: parameters.some((each) => DEVICE_PARAMETERS.has(each.name.toLowerCase())) };
}

function withoutComments(sql: string): string {
  return sql.replaceAll(/\/\*[\s\S]*?\*\//g, ' ').replaceAll(/--.*$/gm, ' ');
}

/** `sys.parameters` knows the defaults of CLR procedures only, so the declaration is read: `@Name type(n) = value`. */
function declaresDefault(definition: string, name: string): boolean {
  const at = definition.search(new RegExp(`@${name}\\b`, 'i'));
  return at >= 0 && /^@\w+\s+(?:AS\s+)?[\w.[\]]+\s*(?:\([^)]*\))?\s*(?:(?:NOT\s+)?NULL\s*)?=/i.test(definition.slice(at));
}
