import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';
import { asArray, asObject, type JsonObject } from '../status/json.js';

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
 * entities are decoded. Ends after 50,000 characters, too.
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
 * Takes the text out of what htmlparser2 recognises. Its tokenizer suffices, and takes a time in proportion to the HTML;
 * its parser also knows in what each tag stands, and is slow where tags are nested deep.
 */
class TextReader implements TokenizerCallbacks {
  text = '';
  /** Called when there is text enough. */
  onfull: () => void = ignore;

  readonly #html: string;
  #inParagraph = false;
  #behindParagraph = false;

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
        this.#behindParagraph = false;
        break;
      case 'p':
        // A paragraph ends where the next one begins, whether it is closed or not.
        this.text += this.#behindParagraph || this.#inParagraph ? '\n\n' : '';
        this.#behindParagraph = false;
        this.#inParagraph = true;
    }
  }

  onclosetag(start: number, end: number): void {
    if (this.#name(start, end) === 'p') {
      this.#inParagraph = false;
      this.#behindParagraph = true;
    }
  }

  #add(part: string): void {
    this.text += this.#behindParagraph ? `\n${part}` : part;
    this.#behindParagraph = false;
    if (this.text.length > charactersAtMost) {
      this.onfull();
    }
  }

  /** No longer name matters. */
  #name(start: number, end: number): string {
    return end - start > 2 ? '' : this.#html.slice(start, end).toLowerCase();
  }
}

function ignore(): void {
  // Attributes, comments and the like hold no text.
}
