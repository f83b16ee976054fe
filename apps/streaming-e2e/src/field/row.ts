/** Whether every row runs: `npm run test:field` sets it. */
export const everyRow = process.env['FIELD_ROWS'] === 'all';

/** One way in which operators run a program in front of the server or behind it. */
export interface FieldRow {
  readonly name: string;
  /** Left out of the ordinary end-to-end tests, because another row stands for it there. */
  readonly onlyInLongForm?: boolean;
}

/** The rows of this run: all of them in the long form, else one or few for each program. */
export function rowsOfThisRun<Row extends FieldRow>(rows: readonly Row[]): readonly Row[] {
  return rows.filter(({ onlyInLongForm = false }) => everyRow || !onlyInLongForm);
}
