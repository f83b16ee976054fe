import { formatFiles, generateFiles, joinPathFragments, logger, type GeneratorCallback, type Tree } from '@nx/devkit';
import { fileURLToPath } from 'node:url';
import { withStream } from './stream-list.js';
import { streamNames, type StreamNames } from './stream-names.js';

/** What `npm run generate` takes; `schema.json` describes it for the command line. */
export interface StreamGeneratorOptions {
  /** The name that clients subscribe to. */
  readonly name: string;
  /** OAuth scopes separated by commas. Default: `read`. */
  readonly scopes?: string;
  /** Default: `per-viewer`, which cannot show anybody too much. */
  readonly audience?: 'per-viewer' | 'chosen-by-publisher';
  /** The first sentence of the class's documentation. */
  readonly about?: string;
}

const directory = 'libs/streams/src';
// Source and built code lie equally deep, so the templates need not be copied by the build.
const templates = fileURLToPath(new URL('../../templates/stream', import.meta.url));

/**
 * Writes a stream class and its test into `libs/streams` and adds the class to the list there.
 *
 * @throws Error when the name is not possible or taken; nothing is written then
 */
export default async function streamGenerator(tree: Tree, options: StreamGeneratorOptions): Promise<GeneratorCallback> {
  const names = streamNames(options.name);
  const file = joinPathFragments(directory, `${names.fileName}.ts`);
  const list = joinPathFragments(directory, 'index.ts');
  const scopes = readScopes(options.scopes ?? 'read');
  refuseTaken(tree, options.name, file);

  generateFiles(tree, templates, directory, {
    ...names,
    about: sentence(options.about ?? `What the channel \`timeline:${names.name}\` carries.`),
    audience: options.audience ?? 'per-viewer',
    scopes,
    template: '',
  });
  tree.write(list, withStream(tree.read(list, 'utf8') ?? '', names));
  await formatFiles(tree);
  return () => {
    logger.info(whatNext(names, file, scopes));
  };
}

/** A stream starts as it was made, open to everybody with the scope: nobody should learn that later. */
function whatNext({ name, path }: StreamNames, file: string, scopes: readonly string[]): string {
  return `Clients open it as "${name}", or with GET ${path}.
Any token with ${scopes.join(' or ')} can open it until you have set, in ${file},
  scopes     the OAuth scopes that open it
  audience   who has chosen which viewer receives what
  authorize  which viewers may open it, where that is not for scopes to say
Then say in channels what feeds it. libs/stream-kit/README.md explains each.`;
}

function refuseTaken(tree: Tree, name: string, file: string): void {
  if (tree.exists(file)) {
    throw new Error(`"${name}" is taken: ${file} exists`);
  }
  for (const child of tree.children(directory).filter((each) => each.endsWith('.stream.ts'))) {
    const other = joinPathFragments(directory, child);
    if (tree.read(other, 'utf8')?.includes(`'${name}'`)) {
      throw new Error(`"${name}" is taken: ${other} declares it`);
    }
  }
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
