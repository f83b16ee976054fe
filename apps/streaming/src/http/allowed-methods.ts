/** The methods that this server allows: it only reads. */
export const allowedMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];
