export { renderRecording, type TimedLine } from './render-recording.js';
