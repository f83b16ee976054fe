import type { LoggerService } from '@nestjs/common';
import { redactTokens } from '@fedistream/auth';
import { pino, type DestinationStream, type Level, type Logger, type LoggerOptions } from 'pino';
import pretty from 'pino-pretty';

/** What Nest passes after the message: an optional stack trace, and the name of the logger. */
type Rest = readonly unknown[];

/** Nest's log of how it builds the application: for developers, so it is logged at level debug. */
const framework = new Set([
  'InstanceLoader',
  'NestApplication',
  'NestFactory',
  'NestMicroservice',
  'RouterExplorer',
  'RoutesResolver',
  'WebSocketsController',
]);

/** Nest logs a failed start under these names and throws it as well. It is logged at debug, and printed once by `main`. */
const startFailures = new Set(['ExceptionHandler', 'NestApplication']);

/**
 * Nest's logger on pino: one JSON line for each entry, or readable text on a terminal. Access tokens are removed from every
 * message and member.
 */
export class PinoLogger implements LoggerService {
  readonly #pino: Logger;

  /** @param destination default: standard output */
  constructor(level: string, destination: DestinationStream = standardOutput()) {
    const options: LoggerOptions = {
      level,
      base: null,
      redact: ['access_token', 'token', 'headers'],
      // Errors are serialized here; pino would serialize the result again and lose its type.
      serializers: { err: (error: unknown) => error },
    };
    this.#pino = pino(options, destination);
  }

  log(message: unknown, ...rest: Rest): void {
    this.#write(framework.has(String(rest.at(-1))) ? 'debug' : 'info', message, rest);
  }

  fatal(message: unknown, ...rest: Rest): void {
    this.#write('fatal', message, rest);
  }

  error(message: unknown, ...rest: Rest): void {
    this.#write(startFailures.has(String(rest.at(-1))) ? 'debug' : 'error', message, rest);
  }

  warn(message: unknown, ...rest: Rest): void {
    this.#write('warn', message, rest);
  }

  debug(message: unknown, ...rest: Rest): void {
    this.#write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: Rest): void {
    this.#write('trace', message, rest);
  }

  #write(level: Level, message: unknown, rest: Rest): void {
    if (!this.#pino.isLevelEnabled(level)) {
      return;
    }
    const texts = rest.filter((part) => typeof part === 'string');
    const context = texts.at(-1);
    const stack = texts.length > 1 ? texts[0] : undefined;
    const failure = message instanceof Error ? message : rest.find((part) => part instanceof Error);
    const members = {
      ...(context === undefined ? {} : { context }),
      ...(stack === undefined ? {} : { stack: redactTokens(stack) }),
      ...(failure === undefined ? {} : { err: loggable(failure) }),
    };
    if (typeof message === 'object' && message !== null && !(message instanceof Error)) {
      this.#pino[level]({ ...members, ...loggableMembers(message) });
    } else {
      this.#pino[level](members, redactTokens(message instanceof Error ? message.message : String(message)));
    }
  }
}

function standardOutput(): DestinationStream {
  return process.stdout.isTTY ? pretty({ ignore: 'pid,hostname' }) : pino.destination();
}

/** Name, message and stack only: database libraries attach the parameters of a failed statement to their errors. */
function loggable({ name, message, stack }: Error) {
  return { type: name, message: redactTokens(message), stack: redactTokens(stack ?? '') };
}

function loggableMembers(members: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]: [string, unknown]) => [
      name === 'error' && typeof value === 'string' ? 'msg' : name,
      value instanceof Error ? loggable(value) : typeof value === 'string' ? redactTokens(value) : value,
    ]),
  );
}
