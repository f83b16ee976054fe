/** What may be asked: everything here is to be read, nothing to be changed. */
export const allowedMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];
