import { StreamingError, type Scope } from '@fedistream/domain';
import { namesOf } from './stream-declaration.js';
import type { RawParams, StreamDefinition, StreamRequest } from './stream-definition.js';

/** All streams that were loaded, by name and by path. Routes, names and scopes come from here and from nowhere else. */
export class StreamRegistry {
  readonly #byName = new Map<string, StreamDefinition>();
  readonly #byPath = new Map<string, { readonly name: string; readonly definition: StreamDefinition }>();
  /** Every scope that opens at least one stream. */
  readonly scopes: readonly Scope[];

  /** @throws TypeError when two streams claim one name */
  constructor(definitions: readonly StreamDefinition[]) {
    for (const definition of definitions) {
      for (const name of definition.names) {
        const other = this.#byName.get(name);
        if (other !== undefined) {
          throw new TypeError(
            `Stream "${name}" is declared twice: by ${other.source.constructor.name} and ${definition.source.constructor.name}`,
          );
        }
        this.#byName.set(name, definition);
      }
      for (const name of namesOf(definition.declaration)) {
        this.#byPath.set(name.replaceAll(':', '/'), { name, definition });
      }
    }
    this.scopes = [...new Set(definitions.flatMap(({ scopes }) => scopes))];
  }

  /** All names that can be subscribed to. */
  get names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  /** The stream with this name, if there is one. */
  find(name: unknown): StreamDefinition | undefined {
    const single: unknown = Array.isArray(name) ? name[0] : name;
    return typeof single === 'string' ? this.#byName.get(single) : undefined;
  }

  /** What a WebSocket client asks for; an array as name counts as its first element. @throws StreamingError */
  requestByName(name: unknown, raw: RawParams): StreamRequest {
    const single: unknown = Array.isArray(name) ? name[0] : name;
    const definition = this.find(single);
    if (typeof single !== 'string' || definition === undefined) {
      throw new StreamingError('unknownStream');
    }
    return definition.request(single, raw);
  }

  /** The stream behind a path such as `public/local`, if there is one. */
  findByPath(path: string): StreamDefinition | undefined {
    return this.#byPath.get(path)?.definition;
  }

  /** What an SSE client asks for. @throws StreamingError */
  requestByPath(path: string, query: RawParams): StreamRequest {
    const found = this.#byPath.get(path);
    if (found === undefined) {
      throw new StreamingError('unknownPath');
    }
    return found.definition.request(found.definition.nameFor(found.name, query), query);
  }
}
