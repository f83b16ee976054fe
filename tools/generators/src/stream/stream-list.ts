import ts from 'typescript';
import type { StreamNames } from './stream-names.js';

/**
 * Adds a class to the array `streams` of a module and imports it there. The rest of the text stays as it is.
 *
 * @throws Error when the module has no such array, so that nothing is written by guessing
 */
export function withStream(source: string, { className, fileName }: StreamNames): string {
  const file = ts.createSourceFile('index.ts', source, ts.ScriptTarget.Latest, true);
  const list = findList(file);
  if (!list) {
    throw new Error('The list of streams has no `export const streams = [...]` to add to');
  }
  const last = list.elements.at(-1);
  const position = last ? last.getEnd() : list.getStart() + 1;
  const element = last ? `, ${className}` : className;
  const imports = file.statements.filter(ts.isImportDeclaration).at(-1)?.getEnd() ?? 0;
  const line = `import { ${className} } from './${fileName}.js';`;
  return [
    source.slice(0, imports),
    imports === 0 ? `${line}\n` : `\n${line}`,
    source.slice(imports, position),
    element,
    source.slice(position),
  ].join('');
}

function findList(file: ts.SourceFile): ts.ArrayLiteralExpression | undefined {
  for (const statement of file.statements.filter(ts.isVariableStatement)) {
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (name.getText() === 'streams' && initializer && ts.isArrayLiteralExpression(initializer)) {
        return initializer;
      }
    }
  }
  return undefined;
}
