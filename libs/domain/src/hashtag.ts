/** Latin letters whose stroke or shape is no combining mark, so that Unicode does not decompose them. */
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

/**
 * The form of a hashtag that names its channel, the same that Mastodon's backend publishes under: NFKC, lower case,
 * accented Latin letters folded to ASCII, everything dropped that cannot stand in a hashtag.
 *
 * Combining marks and `・` stay: without them no tag in Hindi, Tamil, Thai or vocalised Arabic would ever match. Lower
 * case goes letter by letter, as Ruby does it: `Σ` at the end of a word becomes `σ`, not `ς`.
 *
 * @returns the empty string when nothing is left
 */
export function normaliseHashtag(tag: string): string {
  let lower = '';
  for (const character of tag.normalize('NFKC')) {
    lower += character.toLowerCase();
  }
  return lower.replace(latinBeyondAscii, foldToAscii).replace(notInHashtags, '');
}

function foldToAscii(letter: string): string {
  const base = letter.normalize('NFD').charAt(0);
  return base < '\u0080' ? base : (withoutDecomposition[letter] ?? letter);
}
