import ts from 'typescript';

/**
 * The names that the streams declared in a source text claim, with the variants that their flags add: `public:media` is
 * taken by `name: ['public']` with `flags: { only_media: 'media' }`.
 */
export function namesDeclaredIn(source: string): readonly string[] {
  const file = ts.createSourceFile('a.stream.ts', source, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const [argument] = ts.isCallExpression(node) && node.expression.getText() === 'stream' ? node.arguments : [];
    if (argument !== undefined && ts.isObjectLiteralExpression(argument)) {
      const names = textsOf(memberOf(argument, 'name'));
      const suffixes = textsOf(memberOf(argument, 'flags'));
      found.push(...names, ...names.flatMap((name) => suffixes.map((suffix) => `${name}:${suffix}`)));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function memberOf(object: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  return object.properties.filter(ts.isPropertyAssignment).find((member) => member.name.getText() === name)
    ?.initializer;
}

/** The texts of a literal, of an array's elements, or of an object's values. */
function textsOf(value: ts.Expression | undefined): readonly string[] {
  if (value === undefined) {
    return [];
  }
  if (ts.isStringLiteral(value)) {
    return [value.text];
  }
  const parts = ts.isArrayLiteralExpression(value)
    ? value.elements
    : ts.isObjectLiteralExpression(value)
      ? value.properties.filter(ts.isPropertyAssignment).map(({ initializer }) => initializer)
      : [];
  return parts.flatMap((part) => textsOf(part));
}
