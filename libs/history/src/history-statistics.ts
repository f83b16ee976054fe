import { Injectable } from '@nestjs/common';
import type { GapReason } from './history-store.js';

/** How a resume ended: everything was replayed, or why not. */
export type ResumeResult = 'recovered' | GapReason;

/** What history has done since the process started. Plain numbers, read when metrics are asked for. */
@Injectable()
export class HistoryStatistics {
  /** Resumes, by result. */
  readonly resumes: Record<ResumeResult, number> = {
    recovered: 0,
    invalid: 0,
    unknown: 0,
    epoch: 0,
    old: 0,
    trimmed: 0,
    tooMany: 0,
    notRecorded: 0,
    notReplayable: 0,
    noFence: 0,
    interrupted: 0,
    unavailable: 0,
  };
  /** Resumes that wait for their turn now. */
  resumesWaiting = 0;
  /** Tickets that this process has left for clients that it told to reconnect, and those that its clients have taken. */
  ticketsLeft = 0;
  ticketsTaken = 0;
  /** Gaps of this process, when its connection to the broker was lost: filled from the history, or told to clients. */
  readonly gaps = { filled: 0, unfilled: 0 };
  /** Messages fetched to fill them. */
  fetched = 0;
  /** Events written because of a resume. */
  replayed = 0;
  /** Fences that were acknowledged, and the milliseconds that they took together. */
  fences = 0;
  fenceMs = 0;
  /** Fences that no recorder acknowledged in time. */
  fencesLost = 0;
  /** Epochs that this process began as recorder. */
  epochs = 0;
  /** Messages that this process recorded. */
  recorded = 0;
  /** Whether this process is the recorder. */
  recording = false;
  /** Messages that wait to be recorded. */
  lag = 0;
  /** Bytes of all recorded texts, as the recorder knows it. */
  bytes = 0;
}
