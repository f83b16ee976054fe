/** Receives one line about something that takes a while. */
export type Progress = (line: string) => void;

/** Says it on stderr, so that stdout stays free for results. */
export const onStderr: Progress = (line) => {
  process.stderr.write(`services: ${line}\n`);
};
