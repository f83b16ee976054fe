import { mastodonEvents, type AnyChannelFamily, type EventTypes } from '@fedistream/domain';
import { namesOf } from '../declaration/any-declaration.js';
import { exampleRequests, exampleViewer } from '../modules/start-module.js';
import type { StreamDefinition } from '../modules/stream-definition.js';
import type { ModuleIdentity } from '../modules/stream-module.js';
import { pathOf } from '../modules/stream-registry.js';
import type { Params } from '../params/param.js';

/** What documents say about one name that clients can subscribe to. */
export interface CatalogueEntry {
  readonly name: string;
  /** Below the host: `/api/v1/streaming/admin/reports`; `undefined` for variants that a query flag chooses. */
  readonly path: string | undefined;
  readonly scopes: readonly string[];
  readonly audience: string;
  readonly closedBy: string | undefined;
  readonly params: Params;
  /** Query flags of the path. */
  readonly flags: readonly string[];
  /** Templates of the channel families that feed it. */
  readonly channels: readonly string[];
  readonly events: EventTypes;
  /** Whether events of other names pass, too. */
  readonly open: boolean;
  readonly module: ModuleIdentity;
}

/** The prefix of every path. */
const basePath = '/api/v1/streaming/';

/** Every stream of the server, in the order of the modules. Never fails: a stream is described as far as it can be. */
export function catalogueOf(
  definitions: readonly StreamDefinition[],
  families: readonly AnyChannelFamily[],
): readonly CatalogueEntry[] {
  return definitions.flatMap((definition) => {
    const { declaration, module } = definition;
    const paths = new Set(namesOf(declaration));
    return definition.names.map((name) => ({
      name,
      path: paths.has(name) ? basePath + pathOf(name) : undefined,
      scopes: declaration.scopes,
      audience: declaration.audience,
      closedBy: declaration.closedBy,
      params: declaration.params ?? {},
      flags: paths.has(name) ? Object.keys(declaration.flags ?? {}) : [],
      channels: channelsOf(definition, name, families),
      events: declaration.events ?? declaration.source ?? mastodonEvents,
      open: declaration.events === undefined,
      module,
    }));
  });
}

/** The families whose channels the stream names when it is given the examples of its parameters. */
function channelsOf(
  definition: StreamDefinition,
  name: string,
  families: readonly AnyChannelFamily[],
): readonly string[] {
  const named = examplesOf(definition)
    .filter((request) => request.name === name)
    .flatMap((request) => {
      try {
        const channels = definition.declaration.channels(definition.context(request, exampleViewer(definition)));
        return Array.isArray(channels) ? (channels as string[]) : [];
      } catch {
        return [];
      }
    });
  return families.filter((family) => named.some((channel) => family.claims(channel))).map(({ template }) => template);
}

/** None where a parameter does not read its own example: that is a problem of its module, and reported as such. */
function examplesOf(definition: StreamDefinition): ReturnType<typeof exampleRequests> {
  try {
    return exampleRequests(definition);
  } catch {
    return [];
  }
}
