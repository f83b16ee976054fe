import type { z } from 'zod';
import { isSecret, variables, type ValueOf, type Variable, type VariableName } from './variables.js';

/** The environment as it was found: texts by name. */
export type EnvironmentTexts = Readonly<Record<string, string | undefined>>;

/** A wrong or missing setting. The message is one line for the operator: variable, value, what is allowed. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** How a variable got its value; `ignored` names the variable that makes it irrelevant. */
export type Source =
  | { readonly kind: 'set' }
  | { readonly kind: 'default' }
  | { readonly kind: 'fallback'; readonly from: VariableName }
  | { readonly kind: 'ignored'; readonly beside: string };

/**
 * Reads variables with the precedence and fall-backs of {@link variables}. Only what is read is validated. An empty
 * variable counts as one that is not set, except that it has no fall-back.
 */
export class Environment {
  /** What is wrong so far, a line for each variable. */
  readonly problems: string[] = [];
  /** Where the value of each variable comes from that was read. */
  readonly sources = new Map<VariableName, Source>();

  constructor(readonly texts: EnvironmentTexts) {}

  /** Whether a variable is set and not empty. */
  isSet(name: string): boolean {
    return Boolean(this.texts[name]);
  }

  /** The value of a variable; its default, or `undefined` without one, when it is not set, ignored, or wrong. */
  read<N extends VariableName>(name: N): ValueOf<N> {
    const row: Variable<unknown> = variables[name];
    const beside = row.ignoredBeside?.find((other) => this.isSet(other));
    if (beside !== undefined) {
      this.sources.set(name, { kind: 'ignored', beside });
      return row.default as ValueOf<N>;
    }
    const from = this.#setName(name, row);
    this.sources.set(
      name,
      from === undefined ? { kind: 'default' } : from === name ? { kind: 'set' } : { kind: 'fallback', from },
    );
    return (from === undefined ? row.default : this.#parse(from, row)) as ValueOf<N>;
  }

  /** @throws SettingsError with all {@link problems}, if there are any */
  requireValid(): void {
    if (this.problems.length > 0) {
      throw new SettingsError([...new Set(this.problems)].join('\n'));
    }
  }

  /** The variable whose text counts for this one: itself, or a fall-back. */
  #setName(name: VariableName, { fallbacks = [] }: Variable<unknown>): VariableName | undefined {
    if (this.texts[name] !== undefined) {
      return this.isSet(name) ? name : undefined;
    }
    return fallbacks.find((other) => this.isSet(other)) as VariableName | undefined;
  }

  #parse(name: VariableName, row: Variable<unknown>): unknown {
    const value = this.texts[name] ?? '';
    const parsed = row.form.safeParse(value);
    if (parsed.success) {
      return parsed.data;
    }
    this.problems.push(...parsed.error.issues.map((issue) => describe(name, value, issue)));
    return row.default;
  }
}

function describe(name: VariableName, value: string, { message, code, ...issue }: z.core.$ZodIssue): string {
  const allowed = code === 'invalid_value' && 'values' in issue ? `one of ${issue.values.join(', ')}` : message;
  return `${name}=${isSecret(name) ? '(not shown)' : `"${value}"`}: must be ${allowed}`;
}
