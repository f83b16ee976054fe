/** A parameter as the command line names it. */
export interface GeneratorParam {
  readonly name: string;
  /** The source text of its kind: `optional(oneOf('text', 'poll'))`. */
  readonly kind: string;
  /** The functions of the kit that the text calls. */
  readonly functions: readonly string[];
  readonly required: boolean;
  /** A value for the test. */
  readonly example: string;
  /** Whether it may become part of a channel's name. */
  readonly inChannel: boolean;
}

const examples: Readonly<Record<string, string>> = { text: 'text', hashtag: 'cats', recordId: '1' };
const nameForm = /^[A-Za-z][A-Za-z0-9_]*$/;
const kindForm = /^(?:(text|hashtag|recordId)(?:\(\))?|oneOf\(([\w-]+(?:,[\w-]+)*)\))$/;

/**
 * Reads `draft:recordId,kind:optional(oneOf(text,poll))`.
 *
 * @throws Error saying what is wrong and what there is
 */
export function readParams(text: string): readonly GeneratorParam[] {
  return splitOutside(text).map((part) => {
    const [name = '', ...rest] = part.split(':');
    const written = rest.join(':');
    const inner = /^optional\((.*)\)$/.exec(written)?.[1];
    const kind = kindForm.exec(inner ?? written);
    if (!nameForm.test(name) || kind === null) {
      throw new Error(
        `"${part}" is no parameter: write name:kind with one of text, hashtag, recordId, oneOf(a,b), or optional(...) around it`,
      );
    }
    const words = kind[2]?.split(',');
    const plain = kind[1];
    const source = words ? `oneOf(${words.map((word) => `'${word}'`).join(', ')})` : `${plain ?? ''}()`;
    return {
      name,
      kind: inner === undefined ? source : `optional(${source})`,
      functions: [words ? 'oneOf' : (plain ?? ''), ...(inner === undefined ? [] : ['optional'])],
      required: inner === undefined,
      example: words?.[0] ?? examples[plain ?? ''] ?? '',
      inChannel: inner === undefined && plain !== 'text',
    };
  });
}

/** Splits at commas that no bracket encloses. */
function splitOutside(text: string): readonly string[] {
  const parts: string[] = [''];
  let depth = 0;
  for (const character of text.replace(/\s/g, '')) {
    depth += character === '(' ? 1 : character === ')' ? -1 : 0;
    if (character === ',' && depth === 0) {
      parts.push('');
    } else {
      parts.push((parts.pop() ?? '') + character);
    }
  }
  return parts.filter((part) => part !== '');
}
