import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The workspace's directory, in which the commands of documents are meant to be run. */
export const workspace = join(import.meta.dirname, '..', '..', '..', '..');

/** A command that a document tells its reader to run. */
export interface DocumentCommand {
  readonly document: string;
  /** `sh` for a shell command, `js` for a program that is given to `node --input-type=module`. */
  readonly language: 'sh' | 'js';
  readonly text: string;
}

/** Every Markdown file of the workspace that Git knows, or that is new. */
export async function documents(): Promise<string[]> {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate', '-z', '--', '*.md'];
  const { stdout } = await promisify(execFile)('git', args, { cwd: workspace });
  return stdout.split('\0').filter((file) => file !== '');
}

/** The commands of a document, in their order. */
export async function commandsOf(document: string): Promise<DocumentCommand[]> {
  return parseCommands(document, await readFile(join(workspace, document), 'utf8'));
}

/**
 * The commands of the fenced blocks of a document: each command of a block `sh`, and each block `js` that says in its
 * first line to be given to node.
 */
export function parseCommands(document: string, markdown: string): DocumentCommand[] {
  const blocks = [...markdown.matchAll(/^ *```(sh|js)\n([\s\S]*?)^ *```/gm)];
  return blocks.flatMap(([, language, text = '']): DocumentCommand[] => {
    if (language === 'js') {
      return text.startsWith('// node --input-type=module') ? [{ document, language: 'js', text }] : [];
    }
    // The lines of a here-document are no commands.
    const commands = text.includes('<<') ? [text.trim()] : linesOf(text);
    return commands.map((command) => ({ document, language: 'sh', text: command }));
  });
}

/** Lines that end with a backslash continue in the next; comments are left out. */
function linesOf(block: string): string[] {
  return block
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.replace(/(^|\s+)# .*$/, '').trim())
    .filter((line) => line !== '');
}
