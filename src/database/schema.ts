/** One table as data: rendered for both engines by `schema-sql.ts`. */
export interface Table {
  readonly name: string;
  /** Column name → T-SQL type. */
  readonly columns: Readonly<Record<string, string>>;
  /** No key on history tables that have none. */
  readonly primaryKey?: readonly string[];
  /** The primary key counts by itself. */
  readonly identity?: boolean;
  readonly indexes?: readonly (readonly string[])[];
  readonly unique?: readonly (readonly string[])[];
}
