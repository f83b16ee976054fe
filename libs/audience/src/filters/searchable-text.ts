import { Parser } from 'htmlparser2';
import { asArray, asObject, type JsonObject } from '../status.js';

/** Longer than anything that is written to be read in a timeline; other servers may publish any length. */
const charactersAtMost = 50_000;

/**
 * The text of a status that filters search: content warning, content, poll options, media descriptions, with blank lines
 * between them. Only the content is HTML; the API gives the others as plain text. Ends after 50,000 characters.
 *
 * @param status the boosted status, if it boosts one: REST filters by what is shown
 */
export function searchableText(status: JsonObject): string {
  const { spoiler_text: spoiler, content, poll, media_attachments: media } = status;
  const parts: unknown[] = [
    spoiler,
    typeof content === 'string' ? textOfHtml(content) : '',
    ...asArray(asObject(poll)?.['options']).map((option) => asObject(option)?.['title']),
    ...asArray(media).map((attachment) => asObject(attachment)?.['description']),
  ];
  const text = parts.filter((part) => typeof part === 'string' && part !== '').join('\n\n');
  return text.slice(0, charactersAtMost);
}

/**
 * `<br>` becomes a newline, `</p><p>` a blank line, `</p>` before anything else a newline as in REST; other tags vanish,
 * entities are decoded.
 */
export function textOfHtml(html: string): string {
  let text = '';
  let behindParagraph = false;
  const parser = new Parser({
    ontext(part) {
      text += behindParagraph ? `\n${part}` : part;
      behindParagraph = false;
    },
    onopentag(name) {
      if (name === 'br') {
        text += '\n';
      } else if (name === 'p' && behindParagraph) {
        text += '\n\n';
      } else {
        return;
      }
      behindParagraph = false;
    },
    onclosetag(name) {
      behindParagraph ||= name === 'p';
    },
  });
  parser.end(html);
  return text;
}
