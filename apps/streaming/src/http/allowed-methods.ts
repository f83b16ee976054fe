/** There is nothing to change here. */
export const allowedMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];
