import type { EventTypes } from './event-type.js';

declare const carriedEvents: unique symbol;

/**
 * A channel that a family has built; its type says which events it carries. At run time it is its name. A bare string is
 * not assignable: a misspelt channel does not compile.
 */
export type ChannelOf<E extends EventTypes = EventTypes> = string & { readonly [carriedEvents]: E };

/** The names of the placeholders of a template: `'timeline:draft:{draft}'` has `draft`. */
type PlaceholdersOf<T extends string> = T extends `${string}{${string}}${infer Rest}`
  ? [value: string, ...PlaceholdersOf<Rest>]
  : [];

/** A family of channels whose names differ in some parts. Called with the parts, it builds a channel. */
export interface ChannelFamily<
  E extends EventTypes = EventTypes,
  Values extends readonly string[] = readonly string[],
> {
  (...values: Values): ChannelOf<E>;
  /** `timeline:draft:{draft}`: words and placeholders, joined by `:`. */
  readonly template: string;
  /** The events that its channels carry. */
  readonly events: E;
  /** Whether a channel with this name belongs to the family. */
  claims(channel: string): boolean;
  /** Whether a word can be this part of a channel's name, counted from 0 (`timeline`). */
  claimsPart(index: number, word: string): boolean;
}

/** Any family, whatever its placeholders and events. */
export type AnyChannelFamily = Pick<ChannelFamily, 'template' | 'events' | 'claims' | 'claimsPart'>;

/** The default form of a placeholder's value: anything without `:`, blanks and control characters. */
const anyValue = /^[^:\s\p{Cc}]+$/u;
/** The largest part of a channel's name, in characters. */
const longestValue = 256;
const wordForm = /^[a-z0-9_.-]+$/;
const placeholderForm = /^\{([A-Za-z_]\w*)\}$/;

/**
 * Declares the channels of a module. The first part is `timeline`, because the server may subscribe to no others:
 *
 * ```ts
 * const draftChannel = channelFamily('timeline:draft:{draft}', { draft: payload<Draft>() });
 * draftChannel('42'); // timeline:draft:42, for publisher and stream alike
 * ```
 *
 * @param values by placeholder: the form of its values, if it is narrower than the default
 * @throws TypeError for an invalid template; calling the family throws it for a value that its placeholder refuses
 */
export function channelFamily<const T extends string, const E extends EventTypes>(
  template: T,
  events: E,
  values: Readonly<Record<string, RegExp>> = {},
): ChannelFamily<E, PlaceholdersOf<T>> {
  const parts = template.split(':').map((part) => readPart(template, part, values));
  if (parts.length < 2 || parts[0]?.word !== 'timeline') {
    throw new TypeError(`"${template}" is no template for channels: begin it with "timeline:"`);
  }
  const build = (...given: readonly string[]): string => {
    const rest = [...given];
    return parts.map((part) => part.word ?? checked(template, part, rest.shift())).join(':');
  };
  const claims = (channel: string): boolean => {
    const words = channel.split(':');
    return words.length === parts.length && parts.every((part, index) => accepts(part, words[index] ?? ''));
  };
  const claimsPart = (index: number, word: string): boolean => {
    const part = parts[index];
    return part !== undefined && accepts(part, word);
  };
  return Object.freeze(Object.assign(build, { template, events, claims, claimsPart })) as unknown as ChannelFamily<
    E,
    PlaceholdersOf<T>
  >;
}

/**
 * Whether a channel can belong to both families, so that a message could be read in two ways. Two placeholders in the same
 * part count as overlapping, whatever their forms: it does not compute whether two regular expressions match a common word.
 */
export function overlap(one: AnyChannelFamily, other: AnyChannelFamily): boolean {
  const [left, right] = [one, other].map(({ template }) => template.split(':')) as [string[], string[]];
  return (
    left.length === right.length &&
    left.every((part, index) => {
      const opposite = right[index] ?? '';
      if (!placeholderForm.test(part)) {
        return other.claimsPart(index, part);
      }
      return placeholderForm.test(opposite) || one.claimsPart(index, opposite);
    })
  );
}

interface Part {
  readonly word?: string;
  readonly name?: string;
  readonly form?: RegExp;
}

function readPart(template: string, part: string, values: Readonly<Record<string, RegExp>>): Part {
  const name = placeholderForm.exec(part)?.[1];
  if (name !== undefined) {
    return { name, form: values[name] ?? anyValue };
  }
  if (!wordForm.test(part)) {
    throw new TypeError(`"${template}" is no template for channels: "${part}" is neither a word nor a {placeholder}`);
  }
  return { word: part };
}

function accepts({ word, form }: Part, value: string): boolean {
  return word === undefined ? value.length <= longestValue && form?.test(value) === true : word === value;
}

function checked(template: string, part: Part, value: unknown): string {
  if (typeof value !== 'string' || !accepts(part, value)) {
    throw new TypeError(`${JSON.stringify(value)} cannot be {${part.name ?? ''}} of the channel ${template}`);
  }
  return value;
}
