import { Logger } from '@nestjs/common';
import { isStreamingError, StreamingError, type AnyChannelFamily, type Scope } from '@fedistream/domain';
import type { Label } from '@fedistream/delivery';
import { LogThrottle } from '@fedistream/util';
import { namesOf } from '../declaration/any-declaration.js';
import { reservedParameters } from '../declaration/reserved-names.js';
import type { RawParams } from '../params/read-params.js';
import type { StreamDefinition, StreamRequest } from './stream-definition.js';
import { StreamStatistics } from './stream-statistics.js';

/** The longest name of a parameter that a log line shows, in characters: the client chose it. */
const shownCharacters = 40;

/** All streams that were loaded, by name and by path. Routes, names and scopes come from here and from nowhere else. */
export class StreamRegistry {
  readonly #logger = new Logger('Streams');
  readonly #ignoredLog = new LogThrottle();
  readonly #byName = new Map<string, StreamDefinition>();
  readonly #byPath = new Map<string, { readonly name: string; readonly definition: StreamDefinition }>();
  /** Every scope that opens at least one stream. */
  readonly scopes: readonly Scope[];

  /**
   * @param definitions streams whose names differ: the loader has compared them
   * @param families every channel family that streams may listen to
   */
  constructor(
    readonly definitions: readonly StreamDefinition[],
    readonly families: readonly AnyChannelFamily[] = [],
    readonly statistics: StreamStatistics = new StreamStatistics(),
  ) {
    for (const definition of definitions) {
      for (const name of definition.names) {
        this.#byName.set(name, definition);
      }
      for (const name of namesOf(definition.declaration)) {
        this.#byPath.set(pathOf(name), { name, definition });
      }
    }
    this.scopes = [...new Set(definitions.flatMap(({ scopes }) => scopes))];
  }

  /** All names that can be subscribed to. */
  get names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  /** The stream with this name, if there is one; an array as name counts as its first element. */
  find(name: unknown): StreamDefinition | undefined {
    const single = first(name);
    return typeof single === 'string' ? this.#byName.get(single) : undefined;
  }

  /** What a WebSocket client asks for; an array as name counts as its first element. @throws StreamingError */
  requestByName(name: unknown, raw: RawParams): StreamRequest {
    const [single, definition] = this.#required(name);
    this.#noteIgnored(definition, raw);
    return this.#request(definition, single, raw);
  }

  /**
   * The label under which such a request is subscribed, without parsing anything.
   *
   * @throws StreamingError for an unknown name, a parameter that is missing, or a value that is too long
   */
  labelByName(name: unknown, raw: RawParams): Label {
    const [single, definition] = this.#required(name);
    return definition.label(single, raw);
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
    this.#noteIgnored(found.definition, query);
    return this.#request(found.definition, found.definition.nameFor(found.name, query), query);
  }

  #request(definition: StreamDefinition, name: string, raw: RawParams): StreamRequest {
    try {
      return definition.request(name, raw);
    } catch (refusal) {
      if (!isStreamingError(refusal) || refusal.code === 'unexpected') {
        this.statistics.addFailure(definition.names[0] ?? '', 'params');
      }
      throw refusal;
    }
  }

  /** Whether a channel belongs to a family that streams may listen to. */
  isClaimed(channel: string): boolean {
    return this.families.some((family) => family.claims(channel));
  }

  #required(name: unknown): readonly [string, StreamDefinition] {
    const single = first(name);
    const definition = this.find(single);
    if (typeof single !== 'string' || definition === undefined) {
      throw new StreamingError('unknownStream');
    }
    return [single, definition];
  }

  /** A misspelt parameter is no error for the client: what it meant is not known. Its developer finds it here. */
  #noteIgnored(definition: StreamDefinition, raw: RawParams): void {
    const ignored = definition.ignored(raw, reservedParameters);
    const [stream = ''] = definition.names;
    if (ignored.length === 0) {
      return;
    }
    this.statistics.of(stream).ignoredParameters += 1;
    this.#ignoredLog.run((suffix) => {
      const known = Object.keys({ ...definition.declaration.params, ...definition.declaration.flags });
      const shown = ignored.slice(0, 5).map((name) => JSON.stringify(name.slice(0, shownCharacters)));
      this.#logger.debug({
        msg: `Stream "${stream}" ignored ${shown.join(', ')}: it knows ${known.join(', ') || 'no parameters'}, each scalar once${suffix}`,
        stream,
        owner: definition.module.owner,
      });
    });
  }
}

/** The path of a stream, below `/api/v1/streaming/`. */
export function pathOf(name: string): string {
  return name.replaceAll(':', '/');
}

function first(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value;
}
