import ts from 'typescript';

/** A text for readers, with its offset in the file. */
export interface Prose {
  readonly text: string;
  /** Where the text begins in its file, in UTF-16 code units. */
  readonly offset: number;
  /** A name in code, split into its words. */
  readonly isName?: boolean;
}

/** Functions whose first argument is a test's title. */
const titled = /^(describe|it|test|suite|bench)$/;

/** Comments, test titles, sentences in strings and declared names of a TypeScript or JavaScript file. */
export function proseOfCode(file: string, code: string): Prose[] {
  const source = ts.createSourceFile(file, code, ts.ScriptTarget.Latest, true);
  const isSpec = /\.(spec|cases)\.ts$/.test(file);
  const found: Prose[] = [];
  const seen = new Set<number>();

  const comments = (ranges: readonly ts.CommentRange[] | undefined) => {
    for (const { pos, end } of ranges ?? []) {
      if (!seen.has(pos)) {
        seen.add(pos);
        found.push({ text: withoutMargin(code.slice(pos, end)), offset: pos });
      }
    }
  };

  const visit = (node: ts.Node): void => {
    if (node.getChildCount(source) === 0) {
      comments(ts.getLeadingCommentRanges(code, node.getFullStart()));
      comments(ts.getTrailingCommentRanges(code, node.getEnd()));
    }
    if (isText(node) && (isSpec ? isTitle(node) || isError(node) : isSentence(node.text))) {
      found.push({ text: node.text, offset: node.getStart(source) });
    }
    if (ts.isIdentifier(node) && isDeclared(node)) {
      found.push({ text: inWords(node.text), offset: node.getStart(source), isName: true });
    }
    // A call's own tokens carry its comments, so the tokens are walked, too.
    node.getChildren(source).forEach(visit);
  };
  visit(source);
  return found;
}

/** A Markdown file with its code replaced by blanks, so that offsets stay the same. */
export function proseOfMarkdown(markdown: string): Prose[] {
  const blank = (text: string) => text.replace(/[^\n]/g, ' ');
  const text = markdown.replace(/^(```|~~~)[^\n]*\n[\s\S]*?^\1\s*$/gm, blank).replace(/`[^`\n]+`/g, blank);
  return [{ text, offset: 0 }];
}

/** Splits a name into words: `FilterIndex`, `filter_index` and `filter-index` all become `filter index`. */
export function inWords(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replace(/[-_.$]/g, ' ')
    .toLowerCase();
}

/** Replaces the asterisks and slashes of a comment by blanks. */
function withoutMargin(comment: string): string {
  return comment.replace(/^\s*\/?\*+\/?|\/\/+/gm, (margin) => ' '.repeat(margin.length));
}

type Text = ts.StringLiteral | ts.NoSubstitutionTemplateLiteral | ts.TemplateHead | ts.TemplateMiddle | ts.TemplateTail;

function isText(node: ts.Node): node is Text {
  return (
    ts.isStringLiteral(node) ||
    ts.isNoSubstitutionTemplateLiteral(node) ||
    ts.isTemplateHead(node) ||
    ts.isTemplateMiddle(node) ||
    ts.isTemplateTail(node)
  );
}

/** Three words at least, and no SQL. */
function isSentence(text: string): boolean {
  return /[a-z]\S* \S+ \S*[a-z]/i.test(text) && !/\b(SELECT|INSERT|UPDATE|DELETE|FROM|WHERE|JOIN)\b/.test(text);
}

/** The title of a test: of `it('...')`, of `it.each(...)('...')`, or the property `it` or `name` of a table of cases. */
function isTitle(node: ts.Node): boolean {
  const { parent } = ts.isTemplateSpan(node.parent) || ts.isTemplateExpression(node.parent) ? outermost(node) : node;
  if (ts.isPropertyAssignment(parent)) {
    return /^(it|name|title)$/.test(parent.name.getText());
  }
  return ts.isCallExpression(parent) && titled.test(calledName(parent.expression));
}

function isError(node: ts.Node): boolean {
  return ts.isNewExpression(node.parent) && /Error$/.test(node.parent.expression.getText());
}

function outermost(node: ts.Node): ts.Node {
  let template = node.parent;
  while (!ts.isTemplateExpression(template)) {
    template = template.parent;
  }
  return template;
}

/** `it` of `it`, `it.only`, `it.each(table)` and `it.each(table).only`. */
function calledName(called: ts.Expression): string {
  if (ts.isPropertyAccessExpression(called) || ts.isCallExpression(called)) {
    return calledName(called.expression);
  }
  return ts.isTaggedTemplateExpression(called) ? calledName(called.tag) : called.getText();
}

/** Whether an identifier is a declaration. Only declarations are checked, not uses. */
function isDeclared(node: ts.Identifier): boolean {
  const { parent } = node;
  const isUse = ts.isPropertyAccessExpression(parent) || ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent);
  return !isUse && 'name' in parent && parent.name === node;
}
