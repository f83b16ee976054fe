/** The only letter that becomes longer in lower case; nothing else is its other case. */
const dottedI = 'İ';

/**
 * Lower-case letters whose upper case has another lower case, such as `ſ` and `ς`, and the letter that stands for both. The
 * engine's regular expressions tell which letters they take for equal.
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
 * Text without its case: equal is what the flags `iu` of a regular expression hold for equal (simple case folding,
 * Unicode's CaseFolding.txt), and nothing else. Every character keeps its place.
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
