/**
 * Text without its case, for finding out quickly what cannot match. Whatever the flags `iu` of a regular expression hold
 * for equal becomes equal here: up and down again joins `ſ` with `s` and `ẞ` with `ß`, and the final sigma, the only letter
 * that lower-cases by its neighbours, is taken back. It joins more than that (`ß` and `ss`), so a hit is only a hint.
 * Character by character: the fold of a part is a part of the fold.
 */
export function fold(text: string): string {
  return text.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ');
}
