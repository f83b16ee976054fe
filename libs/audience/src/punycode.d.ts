/** The package has no types. `@types/punycode` describes the module `punycode`, which Node resolves to its built-in. */
declare module 'punycode.js' {
  const punycode: {
    /** Encodes every non-ASCII label as `xn--` and its Punycode (RFC 3492), and changes nothing else. */
    toASCII(domain: string): string;
  };
  export default punycode;
}
