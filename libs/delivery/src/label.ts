/**
 * The name of a subscription, and the member `stream` of WebSocket frames: the stream's name, then the parameters as this
 * client wrote them. Two labels that differ only in spelling (`Foo`, `foo`) are two subscriptions.
 */
export type Label = readonly [stream: string, ...parameters: string[]];

/** A text that is equal for equal labels, and only for those. */
export function labelKey(label: Label): string {
  return label.length === 1 ? label[0] : JSON.stringify(label);
}
