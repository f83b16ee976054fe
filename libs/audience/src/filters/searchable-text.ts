import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';
import { asArray, asObject, type JsonObject } from '../status/json.js';

/** Longer than statuses that people write; other servers may publish any length. */
const maxCharacters = 50_000;

/**
 * The text of a status that filters search: content warning, content, poll options, media descriptions, with blank lines
 * between them. Only the content is HTML; the API gives the others as plain text. Truncated to 50,000 characters.
 *
 * @param status for a boost the boosted status: REST filters by what clients show
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
  return text.slice(0, maxCharacters);
}

/**
 * Turns HTML into text as REST does: `<br>` becomes a newline, `</p><p>` a blank line, `</p>` before anything else a
 * newline. It removes other tags and decodes entities. It stops after 50,000 characters.
 */
export function textOfHtml(html: string): string {
  const reader = new TextReader(html);
  const tokenizer = new Tokenizer({}, reader);
  reader.onfull = () => {
    tokenizer.pause();
  };
  tokenizer.write(html);
  tokenizer.end();
  return reader.text;
}

/**
 * Collects the text from the tokens of htmlparser2. The tokenizer takes linear time. The parser of htmlparser2 also tracks
 * open tags, and is slow for deeply nested ones.
 */
class TextReader implements TokenizerCallbacks {
  text = '';
  /** Called when the text has reached its maximum. */
  onfull: () => void = ignore;

  readonly #html: string;
  #inParagraph = false;
  #afterParagraph = false;

  readonly onattribdata = ignore;
  readonly onattribend = ignore;
  readonly onattribentity = ignore;
  readonly onattribname = ignore;
  readonly oncdata = ignore;
  readonly oncomment = ignore;
  readonly ondeclaration = ignore;
  readonly onend = ignore;
  readonly onopentagend = ignore;
  readonly onprocessinginstruction = ignore;
  readonly onselfclosingtag = ignore;

  constructor(html: string) {
    this.#html = html;
  }

  ontext(start: number, end: number): void {
    this.#add(this.#html.slice(start, end));
  }

  ontextentity(codepoint: number): void {
    this.#add(String.fromCodePoint(codepoint));
  }

  onopentagname(start: number, end: number): void {
    switch (this.#name(start, end)) {
      case 'br':
        this.text += '\n';
        this.#afterParagraph = false;
        break;
      case 'p':
        // A paragraph ends where the next one begins, whether it is closed or not.
        this.text += this.#afterParagraph || this.#inParagraph ? '\n\n' : '';
        this.#afterParagraph = false;
        this.#inParagraph = true;
    }
  }

  onclosetag(start: number, end: number): void {
    if (this.#name(start, end) === 'p') {
      this.#inParagraph = false;
      this.#afterParagraph = true;
    }
  }

  #add(part: string): void {
    this.text += this.#afterParagraph ? `\n${part}` : part;
    this.#afterParagraph = false;
    if (this.text.length > maxCharacters) {
      this.onfull();
    }
  }

  /** The name in lower case; empty for names longer than two characters, which do not matter. */
  #name(start: number, end: number): string {
    return end - start > 2 ? '' : this.#html.slice(start, end).toLowerCase();
  }
}

function ignore(): void {
  // Attributes and comments contain no text.
}
