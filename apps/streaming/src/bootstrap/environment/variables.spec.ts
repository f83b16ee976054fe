import { describe, expect, it } from 'vitest';
import { Environment } from './environment.js';
import { variables, type Variable, type VariableName } from './variables.js';

const needsOf = (name: string) => (variables as Readonly<Record<string, Variable<unknown>>>)[name]?.needs ?? [];
const rows = Object.entries<Variable<unknown>>(variables) as [VariableName, Variable<unknown>][];

describe('the table of variables', () => {
  it.each(rows.filter(([, { ignoredBeside }]) => ignoredBeside !== undefined))(
    'neither reads nor validates %s beside a variable that makes it irrelevant',
    (name, { ignoredBeside = [], default: standard }) => {
      for (const other of ignoredBeside) {
        const needed = Object.fromEntries(needsOf(other).map((needs) => [needs, 'set']));
        const environment = new Environment({ [name]: '\0 nothing accepts this', [other]: 'set', ...needed });
        expect(environment.read(name)).toEqual(standard);
        expect(environment.problems).toEqual([]);
      }
    },
  );

  it.each(rows.filter(([name]) => needsOf(name).length > 0))(
    'neither reads nor validates %s without a variable that it needs, and says which one',
    (name, { default: standard }) => {
      const environment = new Environment({ [name]: '\0 nothing accepts this' });
      expect(environment.isSet(name)).toBe(false);
      expect(environment.read(name)).toEqual(standard);
      expect(environment.problems).toEqual([]);
      expect(environment.sources.get(name)).toEqual({
        kind: 'ignored',
        because: `${String(needsOf(name)[0])} is not set`,
      });
    },
  );

  it.each(rows.filter(([, { fallbacks }]) => fallbacks !== undefined))(
    'reads the fall-backs of %s in their order, unless it is set and empty',
    (name, { fallbacks = [] }) => {
      const all = Object.fromEntries(fallbacks.map((other) => [other, `value of ${other}`]));
      expect(new Environment(all).read(name)).toBe(`value of ${fallbacks[0] ?? ''}`);
      expect(new Environment({ ...all, [name]: 'own' }).read(name)).toBe('own');
      expect(new Environment({ ...all, [name]: '' }).read(name)).toBeUndefined();
    },
  );

  it('names only variables of the table in its precedence', () => {
    for (const [, { fallbacks = [], ignoredBeside = [], needs = [] }] of rows) {
      for (const other of [...fallbacks, ...ignoredBeside, ...needs]) {
        expect(variables).toHaveProperty(other);
      }
    }
  });
});
