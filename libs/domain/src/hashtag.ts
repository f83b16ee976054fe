/** Latin letters with a stroke or shape that is no combining mark: Unicode does not decompose them. */
const withoutDecomposition: Readonly<Record<string, string>> = {
  ð: 'd',
  đ: 'd',
  ħ: 'h',
  ı: 'i',
  ĸ: 'k',
  ł: 'l',
  ŋ: 'n',
  ø: 'o',
  ŧ: 't',
};

const latinBeyondAscii = /[\u00DF-\u017F]/gu;
const notInHashtags = /[^\p{Alphabetic}\p{Nd}\u0E47-\u0E4E_\u00B7\u30FB\u200C]/gu;

/** The longest hashtag, in UTF-16 code units, before and after normalisation. No hashtag on a fediverse server is longer. */
const longestHashtag = 256;

/**
 * The form of a hashtag in the name of its channel, as Mastodon publishes it: NFKC, lower case, accented Latin letters
 * folded to ASCII, and all characters dropped that a hashtag cannot contain.
 *
 * It keeps combining marks and `・`: without them no tag in Hindi, Tamil, Thai or vocalised Arabic would match. Each letter is
 * lowered by itself, as in Ruby: `Σ` at the end of a word becomes `σ`, not `ς`.
 *
 * A tag of more than 256 characters is refused, before and after NFKC, which turns one character into up to 18 (U+FDFA). So a
 * long tag costs neither time nor memory.
 *
 * @returns the empty string when nothing is left, or the tag is too long
 */
export function normaliseHashtag(tag: string): string {
  const composed = tag.length > longestHashtag ? '' : tag.normalize('NFKC');
  if (composed.length > longestHashtag) {
    return '';
  }
  let lower = '';
  for (const character of composed) {
    lower += character.toLowerCase();
  }
  return lower.replace(latinBeyondAscii, foldToAscii).replace(notInHashtags, '');
}

function foldToAscii(letter: string): string {
  const base = letter.normalize('NFD').charAt(0);
  return base < '\u0080' ? base : (withoutDecomposition[letter] ?? letter);
}
