import { LogThrottle } from '@fedistream/util';
import { Controller, Logger, Optional } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { BusStatistics } from './bus-statistics.js';
import { decode } from './decode.js';
import { EventBus } from './event-bus.js';
import { type MessageSource, messagesPattern } from './broker.js';
import { MalformedMessage } from './malformed-message.js';
import { MessageHold } from './message-hold.js';
import { MessageTagger } from './message-tagger.js';

/** Receives the messages of the transport strategy. The only place where a message is dropped for its form. */
@Controller()
export class MessageReceiverController {
  readonly #logger = new Logger('EventBus');
  readonly #malformedLog = new LogThrottle();

  constructor(
    private readonly bus: EventBus,
    private readonly statistics: BusStatistics,
    @Optional() private readonly tagger?: MessageTagger,
    @Optional() private readonly hold?: MessageHold,
  ) {}

  /** Called by Nest once, when the transport starts. */
  @EventPattern(messagesPattern)
  accept(@Payload() source: MessageSource): void {
    this.hold?.open((channel, message, origin) => {
      this.#publish(channel, message, origin);
    });
    source.setListener((channel, message) => {
      this.receive(channel, message);
    });
  }

  /** Decodes one message and publishes it on the bus, or counts and drops it. Never throws. */
  receive(channel: string, message: Buffer): void {
    this.statistics.received++;
    if (this.bus.hasListeners(channel) && this.hold?.keep(channel, message) !== true) {
      this.#publish(channel, message);
    }
  }

  #publish(channel: string, message: Buffer, origin = this.tagger?.tag(channel, message)): void {
    const receivedAtMs = performance.now();
    const event = decode(message);
    if (event instanceof MalformedMessage) {
      this.#drop(channel, event);
    } else {
      event.setReceivedAt(receivedAtMs);
      if (origin !== undefined) {
        event.placeAt(origin);
      }
      this.bus.publish(channel, event);
    }
  }

  #drop(channel: string, { reason }: MalformedMessage): void {
    this.statistics.malformed[reason]++;
    this.#malformedLog.run((suffix) => {
      this.#logger.warn(`Dropped a malformed message on ${channel} (${reason}); check its publisher${suffix}`);
    });
  }
}
