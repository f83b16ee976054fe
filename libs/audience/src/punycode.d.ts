/** Has no types of its own; those of the package `punycode` are about a module that Node replaces by its own. */
declare module 'punycode.js' {
  const punycode: {
    /** Every label that is not in ASCII as `xn--` and its Punycode (RFC 3492), nothing else changed. */
    toASCII(domain: string): string;
  };
  export default punycode;
}
