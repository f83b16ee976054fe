export { BusStatistics } from './bus-statistics.js';
export { EventBusModule, MemoryBrokerModule } from './event-bus.module.js';
export { EventBus, type ControlEvent } from './event-bus.js';
export { Broker, type MessageListener, messagesPattern, type MessageSource } from './broker.js';
export { BrokerServer } from './broker-server.js';
export { MemoryBroker } from './memory-broker.js';
export { decode } from './decode.js';
export { MalformedMessage } from './malformed-message.js';
export { MessageTagger } from './message-tagger.js';
