/** Where the internal listener listens. */
export abstract class AdminSettings {
  /** `undefined`: there is no internal listener. */
  abstract readonly port: number | undefined;
  abstract readonly address: string;
}
