import type { z } from 'zod';
import { isSecret, variables, type ValueOf, type Variable, type VariableName } from './variables.js';

/** The environment as it was found: texts by name. */
export type EnvironmentTexts = Readonly<Record<string, string | undefined>>;

/** A wrong or missing setting. The message is one line for the operator: variable, value, what is allowed. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** How a variable got its value; `ignored` says because of which other variable: `REDIS_URL is set`. */
export type Source =
  | { readonly kind: 'set' }
  | { readonly kind: 'default' }
  | { readonly kind: 'fallback'; readonly from: VariableName }
  | { readonly kind: 'ignored'; readonly because: string };

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

  /** Whether a variable is set and not empty, and so are those without which it counts for nothing. */
  isSet(name: string): boolean {
    return Boolean(this.texts[name]) && this.#lackedBy(name) === undefined;
  }

  /** Why a variable that is set counts for nothing; `undefined` when it counts. */
  whyIgnored(name: VariableName): string | undefined {
    const { ignoredBeside }: Variable<unknown> = variables[name];
    const beside = ignoredBeside?.find((other) => this.isSet(other));
    if (beside !== undefined) {
      return `${beside} is set`;
    }
    const lacked = this.texts[name] ? this.#lackedBy(name) : undefined;
    return lacked === undefined ? undefined : `${lacked} is not set`;
  }

  /** The value of a variable; its default, or `undefined` without one, when it is not set, ignored, or wrong. */
  read<N extends VariableName>(name: N): ValueOf<N> {
    const row: Variable<unknown> = variables[name];
    const because = this.whyIgnored(name);
    if (because !== undefined) {
      this.sources.set(name, { kind: 'ignored', because });
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

  #lackedBy(name: string): string | undefined {
    const row: Variable<unknown> | undefined = Object.hasOwn(variables, name)
      ? variables[name as VariableName]
      : undefined;
    return row?.needs?.find((other) => !this.texts[other]);
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
