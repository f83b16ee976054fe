import ts from 'typescript';

/** Where an entry goes: an array literal that is the value of this variable or property. */
export interface ListEntry {
  readonly list: string;
  /** The entry's source text. */
  readonly entry: string;
  /** A line that imports it; left out for an entry that needs none. */
  readonly importLine?: string;
}

/**
 * Adds an entry to an array of a module, and imports it there. The rest of the text stays as it is; an entry that is there
 * already is not added again.
 *
 * @throws Error when the module has no such array, so that nothing is written by guessing
 */
export function withListEntry(source: string, { list: name, entry, importLine }: ListEntry): string {
  const file = ts.createSourceFile('index.ts', source, ts.ScriptTarget.Latest, true);
  const list = findList(file, name);
  if (!list) {
    throw new Error(`There is no list "${name}: [...]" to add ${entry} to`);
  }
  if (list.elements.some((element) => element.getText() === entry)) {
    return source;
  }
  const last = list.elements.at(-1);
  const position = last ? last.getEnd() : list.getStart() + 1;
  const element = last ? `, ${entry}` : entry;
  const added = source.slice(0, position) + element + source.slice(position);
  return importLine === undefined ? added : withImport(added, file, importLine);
}

/** Adds a line that exports something, after the imports and what is exported there already; not twice. */
export function withExport(source: string, line: string): string {
  if (source.includes(line)) {
    return source;
  }
  const file = ts.createSourceFile('index.ts', source, ts.ScriptTarget.Latest, true);
  const reexport = file.statements.filter(ts.isExportDeclaration).at(-1);
  const before = reexport ?? file.statements.filter(ts.isImportDeclaration).at(-1);
  const end = before?.getEnd() ?? 0;
  const separator = reexport ? '\n' : '\n\n';
  return source.slice(0, end) + (end === 0 ? `${line}\n` : separator + line) + source.slice(end);
}

function withImport(source: string, file: ts.SourceFile, line: string): string {
  const end = file.statements.filter(ts.isImportDeclaration).at(-1)?.getEnd() ?? 0;
  return source.slice(0, end) + (end === 0 ? `${line}\n` : `\n${line}`) + source.slice(end);
}

function findList(node: ts.Node, name: string): ts.ArrayLiteralExpression | undefined {
  if (
    (ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node)) &&
    node.name.getText() === name &&
    node.initializer !== undefined &&
    ts.isArrayLiteralExpression(node.initializer)
  ) {
    return node.initializer;
  }
  return ts.forEachChild(node, (child) => findList(child, name));
}
