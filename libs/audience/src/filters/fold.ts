/** The only letter whose lower case is longer. No other letter is equal to it under simple case folding. */
const dottedI = 'İ';

/**
 * Lower-case letters whose upper case has another lower case, such as `ſ` and `ς`, with the letter that they fold to. The
 * engine's regular expressions decide which letters are equal.
 */
const caseVariants = ((): ReadonlyMap<string, string> => {
  const single = Array.from({ length: 0x1_0000 }, (_, code) => String.fromCharCode(code));
  const odd = single.filter((one) => one.toLowerCase() === one && one.toUpperCase().toLowerCase() !== one);
  const all = odd.map((one) => one.toUpperCase().toLowerCase()).join('') + odd.join('');
  const first = (one: string) => new RegExp(one, 'iu').exec(all)?.[0] ?? one;
  return new Map(odd.map((one) => [one, first(one)] as const).filter(([one, other]) => one !== other));
})();
const anyVariant = new RegExp(`[${[...caseVariants.keys()].join('')}]`, 'g');

/**
 * Folds the case of a text. Two folded texts are equal exactly if a regular expression with the flags `iu` matches one with
 * the other (simple case folding, Unicode's CaseFolding.txt). Every character keeps its offset.
 */
export function fold(text: string): string {
  const lower = text.includes(dottedI)
    ? text
        .split(dottedI)
        .map((part) => part.toLowerCase())
        .join(dottedI)
    : text.toLowerCase();
  return lower.replace(anyVariant, (one) => caseVariants.get(one) ?? one);
}
