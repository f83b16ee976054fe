import { normaliseHashtag } from '@fedistream/domain';
import type { Mention, Tag } from './entities.js';
import { localDomain, mentionOf, type Person } from './person.js';

/** A draft's text, ready to publish. */
export interface DraftHtml {
  /** HTML with links for hashtags and mentions. */
  readonly content: string;
  readonly tags: readonly Tag[];
  readonly mentions: readonly Mention[];
}

const hashtagOrMention = /#([\p{L}\p{M}\p{Nd}_・]+)|@(\w+)/gu;

/**
 * Turns plain text into the API's `content`, with the hashtags and mentions that it contains.
 *
 * @param known the accounts that `@name` can mean; any other name stays text
 */
export function draftHtml(text: string, known: readonly Person[]): DraftHtml {
  const tags = new Map<string, Tag>();
  const mentions = new Map<string, Mention>();
  const linked = escapeHtml(text).replace(hashtagOrMention, (found, tag?: string, username?: string) => {
    if (tag !== undefined) {
      const name = normaliseHashtag(tag);
      const url = `https://${localDomain}/tags/${encodeURIComponent(name)}`;
      tags.set(name, { name, url });
      return `<a href="${url}" class="mention hashtag" rel="tag">#<span>${tag}</span></a>`;
    }
    const person = known.find((candidate) => candidate.username === username);
    if (!person) {
      return found;
    }
    const mention = mentionOf(person);
    mentions.set(person.id, mention);
    return `<span class="h-card"><a href="${mention.url}" class="u-url mention">@<span>${person.username}</span></a></span>`;
  });
  const content = linked
    .split('\n\n')
    .map((paragraph) => `<p>${paragraph}</p>`)
    .join('');
  return { content, tags: [...tags.values()], mentions: [...mentions.values()] };
}

/** Apostrophes need no escape in text, and `&#39;` would look like a hashtag. */
function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
