import { spawn, type ChildProcess } from 'node:child_process';

/** Remembers the last line it was given; when its input ends, because this process did, it does what the line says. */
const script = 'while IFS= read -r line; do last=$line; done; eval "$last"';

const duties = new Set<string>();
let dog: ChildProcess | undefined;

/**
 * Has a shell command run when this process has ended, however it ended: a signal, a crash, even SIGKILL, for which no
 * handler of our own could do it. A shell in a session of its own waits for the end of a pipe that this process holds.
 *
 * Commands are run one after the other, the newest first: a server ends before its directory is removed.
 *
 * @param command one line; quote words with {@link quoted}
 * @returns takes it back, after an orderly clean-up
 */
export function atDeath(command: string): () => void {
  if (command.includes('\n')) {
    throw new Error('A command for the watchdog is one line.');
  }
  // Two equal commands stay two: each has its own way back.
  const duty = `${command} # ${String(duties.size)} ${String(process.hrtime.bigint())}`;
  duties.add(duty);
  tell();
  return () => {
    if (duties.delete(duty)) {
      tell();
    }
  };
}

/** A word of a shell command, safe whatever it holds. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function tell(): void {
  dog ??= fetchDog();
  const newestFirst = [...duties].reverse().map((duty) => `(eval ${quoted(duty)})`);
  dog.stdin?.write(`${newestFirst.join('; ') || ':'}\n`);
}

function fetchDog(): ChildProcess {
  const child = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' });
  child.unref();
  // A pipe is a socket here; neither may keep a process alive that has nothing else to do.
  (child.stdin as unknown as { unref(): void }).unref();
  child.stdin.on('error', () => {
    dog = undefined;
  });
  return child;
}
