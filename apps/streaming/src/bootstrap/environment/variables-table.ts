import { groups, notRead, variables, type Variable } from './variables.js';

/** The tables of `docs/configuration.md`, as Markdown: one for each group, and one of the variables that are not read. */
export function variablesTables(): string {
  const rows = Object.entries<Variable<unknown>>(variables);
  const tables = Object.entries(groups).map(([group, title]) => {
    const own = rows.filter(([, variable]) => variable.group === group);
    return [`## ${title}`, '', ...table(['Variable', 'Default', 'Meaning'], own.map(rowOf))].join('\n');
  });
  const unread = Object.entries(notRead).map(([name, why]) => [`\`${name}\``, why]);
  return [...tables, ['## Not read', '', ...table(['Variable', 'Why'], unread)].join('\n')].join('\n\n');
}

function rowOf([name, variable]: readonly [string, Variable<unknown>]): string[] {
  const { description, origin, fallbacks = [], ignoredBeside = [], needs = [] } = variable;
  const notes = [
    ...(fallbacks.length > 0 ? [`Not set: ${listed(fallbacks)}.`] : []),
    ...(needs.length > 0 ? [`Ignored without ${listed(needs)}.`] : []),
    ...(ignoredBeside.length > 0 ? [`Ignored beside ${listed(ignoredBeside)}.`] : []),
  ];
  return [
    `\`${name}\`${origin === 'mastodon' ? '' : ' ◦'}`,
    variable.defaultText ?? (variable.default === undefined ? '' : `\`${asText(variable.default)}\``),
    [description, ...notes].join(' '),
  ];
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(' or ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
