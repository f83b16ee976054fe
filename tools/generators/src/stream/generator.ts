import {
  formatFiles,
  generateFiles,
  installPackagesTask,
  joinPathFragments,
  logger,
  type GeneratorCallback,
  type Tree,
} from '@nx/devkit';
import { fileURLToPath } from 'node:url';
import { readParams, type GeneratorParam } from './generator-params.js';
import { withExport, withListEntry } from './list-entry.js';
import { addModule } from './module-files.js';
import { streamNames, type StreamNames } from './stream-names.js';
import { namesDeclaredIn } from './taken-names.js';

/** What `npm run generate` takes; `schema.json` describes it for the command line. */
export interface StreamGeneratorOptions {
  /** The name that clients subscribe to. */
  readonly name: string;
  /** The lib of the team that owns it: `drafts-streams`. Made when it is not there. */
  readonly project: string;
  /** The owner of a lib that is made: `team-drafts`. */
  readonly team?: string;
  /** Parameters: `draft:recordId,kind:optional(oneOf(text,poll))`. */
  readonly params?: string;
  /** OAuth scopes separated by commas. Default: `read`. */
  readonly scopes?: string;
  /** Default: `per-viewer`, which shows no viewer too much. */
  readonly audience?: 'per-viewer' | 'chosen-by-publisher';
  /** The first sentence of the stream's documentation. */
  readonly about?: string;
}

// Source and built code lie equally deep, so the templates need not be copied by the build.
const templates = fileURLToPath(new URL('../../templates/stream', import.meta.url));

/**
 * Writes a stream, its contract with publishers and its test into the lib of a team, and adds it to the module there; makes
 * the lib when there is none.
 *
 * @throws Error when a name is not possible or taken; nothing is written then
 */
export default async function streamGenerator(tree: Tree, options: StreamGeneratorOptions): Promise<GeneratorCallback> {
  const names = streamNames(options.name);
  const params = readParams(options.params ?? '');
  const scopes = readScopes(options.scopes ?? 'read');
  const directory = joinPathFragments('libs', options.project, 'src');
  const file = joinPathFragments(directory, `${names.fileName}.stream.ts`);
  const isNew = !tree.exists(joinPathFragments('libs', options.project, 'project.json'));
  refuseTaken(tree, options.name, file);
  if (isNew) {
    addModule(tree, { project: requireForm(options.project, 'project'), team: requireForm(options.team, 'team') });
  }
  const audience = options.audience ?? 'per-viewer';
  const about = sentence(options.about ?? `What the channel \`timeline:${names.name}\` carries.`);
  generateFiles(tree, templates, directory, { ...substitutions(names, params, audience), scopes, about });
  addToModule(tree, directory, names);
  await formatFiles(tree);
  return () => {
    if (isNew) {
      installPackagesTask(tree, true);
    }
    logger.info(whatNext(names, file, scopes));
  };
}

function substitutions(names: StreamNames, params: readonly GeneratorParam[], audience: string) {
  const own = audience === 'chosen-by-publisher';
  const inChannel = params.filter((param) => param.inChannel);
  const functions = params.flatMap((param) => param.functions);
  return {
    ...names,
    params,
    audience,
    own,
    contractImports: ['channelFamily', own ? 'payload' : 'mastodonEvents'],
    streamImports: [...new Set(['stream', ...functions])].sort(),
    placeholders: inChannel.map(({ name }) => name),
    template_: [`timeline:${names.name}`, ...inChannel.map(({ name }) => `{${name}}`)].join(':'),
    examples: params.filter(({ required }) => required),
    exampleParts: inChannel.map(({ example }) => example),
    exampleEvent: own ? 'example' : 'delete',
    examplePayload: own ? "{ id: '1' }" : "'1'",
    template: '',
  };
}

function addToModule(tree: Tree, directory: string, { constName, fileName }: StreamNames): void {
  const index = joinPathFragments(directory, 'index.ts');
  const channel = `${constName}Channel`;
  const source = tree.read(index, 'utf8') ?? '';
  const withFamily = withListEntry(source, {
    list: 'families',
    entry: channel,
    importLine: `import { ${channel} } from './${fileName}.contract.js';`,
  });
  const withStream = withListEntry(withFamily, {
    list: 'streams',
    entry: constName,
    importLine: `import { ${constName} } from './${fileName}.stream.js';`,
  });
  tree.write(index, withExport(withStream, `export * from './${fileName}.contract.js';`));
}

/** A stream starts as it was made, open to every token with the scope: that is better learned now. */
function whatNext({ name, path }: StreamNames, file: string, scopes: readonly string[]): string {
  return `Clients open it as "${name}", or with GET ${path}.
Any token with ${scopes.join(' or ')} can open it until you have set, in ${file},
  scopes     the OAuth scopes that open it
  audience   what decides which viewer receives what
  authorize  which viewers may open it, where that is not for scopes to say
Then say in ${file.replace('.stream.ts', '.contract.ts')} what it carries. docs/streams/first-stream.md continues from here.`;
}

function refuseTaken(tree: Tree, name: string, file: string): void {
  if (tree.exists(file)) {
    throw new Error(`"${name}" is taken: ${file} exists`);
  }
  for (const lib of tree.children('libs')) {
    const directory = joinPathFragments('libs', lib, 'src');
    for (const child of tree.children(directory).filter((each) => each.endsWith('.stream.ts'))) {
      const other = joinPathFragments(directory, child);
      if (namesDeclaredIn(tree.read(other, 'utf8') ?? '').includes(name)) {
        throw new Error(`"${name}" is taken: ${other} declares it`);
      }
    }
  }
}

function requireForm(value: string | undefined, option: string): string {
  if (value === undefined || !/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(value)) {
    throw new Error(`--${option}=${value ?? ''} is needed for a new lib: words of a-z and 0-9, joined by -`);
  }
  return value;
}

function readScopes(text: string): readonly string[] {
  const scopes = text
    .split(',')
    .map((scope) => scope.trim())
    .filter((scope) => scope !== '');
  const wrong = scopes.find((scope) => !/^[a-z][a-z_:]*$/.test(scope));
  if (scopes.length === 0 || wrong !== undefined) {
    throw new Error(`"${wrong ?? text}" is no OAuth scope: give names such as read or read:statuses, joined by commas`);
  }
  return scopes;
}

/** A text that can stand in a doc comment. */
function sentence(text: string): string {
  return text
    .replaceAll('*/', '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[^.!?]$/, '$&.');
}
