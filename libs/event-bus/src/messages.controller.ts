import { LogThrottle } from '@fedistream/util';
import { Controller, Logger, Optional } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { BusStatistics } from './bus-statistics.js';
import { decode } from './decode.js';
import { EventBus } from './event-bus.js';
import { type MessageContext, messagePattern } from './broker.js';
import { MalformedMessage } from './malformed-message.js';
import { MessageTagger } from './message-tagger.js';

/**
 * Receives what the transport strategy hands on, and is the only place where a message is ever dropped for its form.
 *
 * Nest runs a handler behind the same number of promise steps each time, so messages keep their order, as long as no
 * pipe, guard or interceptor waits for something: register none for this controller.
 */
@Controller()
export class MessagesController {
  readonly #logger = new Logger(MessagesController.name);
  readonly #malformedLog = new LogThrottle();

  constructor(
    private readonly bus: EventBus,
    private readonly statistics: BusStatistics,
    @Optional() private readonly tagger?: MessageTagger,
  ) {}

  /** Takes one message: decoded once, given to the bus, or counted and dropped. Never throws. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-arguments -- without it the overload for event maps is taken, which allows no context (TS1241)
  @EventPattern<string>(messagePattern)
  receive(@Payload() text: string, @Ctx() { channel }: MessageContext): void {
    this.statistics.received++;
    if (!this.bus.hasListeners(channel)) {
      return;
    }
    const origin = this.tagger?.tag(channel, text);
    const event = decode(text);
    if (event instanceof MalformedMessage) {
      this.#drop(channel, event);
    } else {
      if (origin !== undefined) {
        event.placeAt(origin);
      }
      this.bus.publish(channel, event);
    }
  }

  #drop(channel: string, { reason }: MalformedMessage): void {
    this.statistics.malformed[reason]++;
    this.#malformedLog.run((suffix) => {
      this.#logger.warn(`Dropped a malformed message on ${channel}: ${reason}${suffix}`);
    });
  }
}
