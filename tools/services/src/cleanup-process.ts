import { spawn, type ChildProcess } from 'node:child_process';

/** Keeps the last line of its input. When its input ends, because the parent process ended, the shell runs that line. */
const script = 'while IFS= read -r line; do last=$line; done; eval "$last"';

const commands = new Set<string>();
let cleanupProcess: ChildProcess | undefined;

/**
 * Runs a shell command after this process has ended for any reason: a signal, a crash, even SIGKILL, which no handler of
 * this process could catch. A detached shell waits for the end of a pipe that this process keeps open.
 *
 * Commands run one after the other, the newest first, so that a server ends before its directory is removed.
 *
 * @param command one line; quote words with {@link shellQuoted}
 * @returns removes the command; call it when the clean-up has been done
 * @throws Error when the command has more than one line
 */
export function runAfterExit(command: string): () => void {
  if (command.includes('\n')) {
    throw new Error('A clean-up command must be one line.');
  }
  // A unique comment keeps two equal commands apart: each has its own remover.
  const unique = `${command} # ${String(commands.size)} ${String(process.hrtime.bigint())}`;
  commands.add(unique);
  sendCommands();
  return () => {
    if (commands.delete(unique)) {
      sendCommands();
    }
  };
}

/** Quotes a word of a shell command. */
export function shellQuoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function sendCommands(): void {
  cleanupProcess ??= startCleanupProcess();
  const newestFirst = [...commands].reverse().map((command) => `(eval ${shellQuoted(command)})`);
  cleanupProcess.stdin?.write(`${newestFirst.join('; ') || ':'}\n`);
}

function startCleanupProcess(): ChildProcess {
  const child = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' });
  child.unref();
  // Node exposes the pipe as a socket. Neither it nor the shell may keep an otherwise idle process alive.
  (child.stdin as unknown as { unref(): void }).unref();
  child.stdin.on('error', () => {
    cleanupProcess = undefined;
  });
  return child;
}
