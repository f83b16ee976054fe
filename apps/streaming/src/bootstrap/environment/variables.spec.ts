import { describe, expect, it } from 'vitest';
import { Environment } from './environment.js';
import { variables, type Variable, type VariableName } from './variables.js';

const rows = Object.entries<Variable<unknown>>(variables) as [VariableName, Variable<unknown>][];

describe('the table of variables', () => {
  it.each(rows.filter(([, { ignoredBeside }]) => ignoredBeside !== undefined))(
    'neither reads nor validates %s beside a variable that makes it irrelevant',
    (name, { ignoredBeside = [], default: standard }) => {
      for (const other of ignoredBeside) {
        const environment = new Environment({ [name]: '\0 nothing accepts this', [other]: 'set' });
        expect(environment.read(name)).toEqual(standard);
        expect(environment.problems).toEqual([]);
      }
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
    for (const [, { fallbacks = [], ignoredBeside = [] }] of rows) {
      for (const other of [...fallbacks, ...ignoredBeside]) {
        expect(variables).toHaveProperty(other);
      }
    }
  });
});
