import type { JsonObject } from '../status/json.js';
import type { AudienceTables } from './audience-tables.js';
import type { ReferenceStatus } from './reference-audience.js';

/** The results of the viewer's filters for a status, computed with regular expressions. `boosted`: the status it boosts. */
export function referenceFilterResults(
  tables: AudienceTables,
  viewerId: string,
  status: ReferenceStatus,
  boosted: ReferenceStatus | null,
): JsonObject[] {
  const text = plainText(boosted ?? status);
  return tables.filters.flatMap((filter) => {
    if (filter.accountId !== viewerId || (filter.expiresAt !== null && filter.expiresAt <= Date.now())) {
      return [];
    }
    const alternatives = filter.keywords.map(({ keyword, wholeWord }) => pattern(keyword, wholeWord)).join('|');
    const match = alternatives === '' ? null : new RegExp(alternatives, 'iu').exec(text);
    const ids = [status.id, boosted?.id].filter((id) => id !== undefined && filter.statusIds.includes(id));
    if (match === null && ids.length === 0) {
      return [];
    }
    const { id, title, context, expiresAt, action } = filter;
    const expires = expiresAt === null ? null : new Date(expiresAt).toISOString();
    return [
      {
        filter: { id, title, context, expires_at: expires, filter_action: action },
        keyword_matches: match && [match[0]],
        status_matches: ids.length === 0 ? null : ids,
      },
    ];
  });
}

function pattern(keyword: string, wholeWord: boolean): string {
  const letter = String.raw`[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]`;
  const characters = Array.from(keyword, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
  const isWord = (character = '') => wholeWord && new RegExp(letter, 'u').test(character);
  const before = isWord(Array.from(keyword).at(0)) ? `(?<!${letter})` : '';
  const after = isWord(Array.from(keyword).at(-1)) ? `(?!${letter})` : '';
  return before + characters.join('') + after;
}

/** Handles the HTML that the random statuses contain, and no other. */
function plainText({ spoiler_text: spoiler, content, poll, media_attachments: media }: ReferenceStatus): string {
  const plain = content
    .replace(/<br ?\/?>/g, '\n')
    .replace(/<\/p><p>/g, '\n\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');
  const others = [...(poll?.options ?? []).map(({ title }) => title), ...media.map(({ description }) => description)];
  return [spoiler, plain, ...others].filter((part) => part).join('\n\n');
}
