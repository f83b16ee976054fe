/**
 * The version of the contract between server and modules, which modules name in `kit`. Semantic: a new major version only
 * when a module that was built for the old one would no longer work. Packages are released more often than that.
 */
export const kitVersion = '1.0.0';
