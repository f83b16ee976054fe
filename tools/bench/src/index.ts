export { help, OptionError, readOptions, type BenchOptions } from './options.js';
