/** Receives a line about a step that takes a while. */
export type Progress = (line: string) => void;

/** Prints progress on stderr, so that stdout contains results only. */
export const onStderr: Progress = (line) => {
  process.stderr.write(`services: ${line}\n`);
};
