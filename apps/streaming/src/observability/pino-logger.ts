import type { LoggerService } from '@nestjs/common';
import { redactTokens } from '@fedistream/auth';
import { pino, type DestinationStream, type Level, type Logger, type LoggerOptions } from 'pino';
import pretty from 'pino-pretty';

/** What Nest passes behind the message: perhaps a stack trace, and the name of the logger. */
type Rest = readonly unknown[];

/** Nest tells how it puts the application together; that is for whoever builds it, not for whoever runs it. */
const framework = new Set([
  'InstanceLoader',
  'NestApplication',
  'NestFactory',
  'NestMicroservice',
  'RouterExplorer',
  'RoutesResolver',
  'WebSocketsController',
]);

/**
 * Under these names Nest reports why a start has failed, and hands the reason on as well. The operator is told it once,
 * where the start ends.
 */
const startFailures = new Set(['ExceptionHandler', 'NestApplication']);

/**
 * Nest's logger on pino: a JSON line for each entry, or readable text on a terminal. Access tokens are taken out of
 * every message, wherever it comes from.
 */
export class PinoLogger implements LoggerService {
  readonly #pino: Logger;

  /** @param destination standard output, unless told otherwise */
  constructor(level: string, destination: DestinationStream = standardOutput()) {
    const options: LoggerOptions = {
      level,
      base: null,
      redact: ['access_token', 'token', 'headers'],
      // Errors are made loggable here; pino would do so again, and call each of them an Object.
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

/** An error without members of its own: database libraries put the parameters of a failed statement there. */
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
