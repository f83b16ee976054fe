import { expect, it } from 'vitest';

import { parseCommands } from './document-commands.js';

const textsOf = (markdown: string) => parseCommands('a.md', markdown).map(({ text }) => text);

it('the commands of a document are the lines of its shell blocks, without comments', () => {
  expect(textsOf('```sh\nnpm ci # once\n# then\nnpm start\n```\n\n- a list\n\n  ```sh\n  ls\n  ```\n')).toEqual([
    'npm ci',
    'npm start',
    'ls',
  ]);
});

it('a command of a document may continue in the next line, and have a here-document', () => {
  expect(textsOf('```sh\nA=1 \\\n  ls\n```\n```sh\ncat <<E\nx\nE\n```')).toEqual(['A=1 ls', 'cat <<E\nx\nE']);
});

it('a program of a document is a command when it says how to run it', () => {
  expect(textsOf('```js\n// node --input-type=module\n1;\n```\n```js\n2;\n```\n```ts\n3;\n```')).toEqual([
    '// node --input-type=module\n1;\n',
  ]);
});
