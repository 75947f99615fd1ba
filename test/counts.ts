/*
 * How often the long-running suites repeat, in one place. `npm test` uses the short counts, `npm run test:long` sets
 * PORCHLIGHT_TEST_COUNTS=long and uses the full ones, which are the ones a release is judged by.
 */

export interface Counts {
  /** Times the host is killed with -9 while messages come in. */
  readonly kills: number;
  /** Messages sent during those kills, and the conversations they are spread over. */
  readonly killMessages: number;
  readonly killChats: number;
  /** Runs of a host whose model uses tools, the times each is killed, and the questions it is asked. */
  readonly toolRuns: number;
  readonly toolKills: number;
  readonly toolQuestions: number;
  /** Pairs of processes started together on one data directory, and how many of their owners are killed with -9. */
  readonly lockRaces: number;
  readonly lockKills: number;
  /** Random cases per property (fast-check's numRuns). */
  readonly propertyRuns: number;
  /** Times a WhatsApp link is cut and comes back, a third each by the network, by the service and by silence. */
  readonly reconnects: number;
  /** Random sequences of events that a whole gateway is put through, to see who hears what. */
  readonly accessRuns: number;
  /**
   * Random schedules round a change of the clocks; years that are gone through minute by minute for each zone; lives of a
   * machine through each of these years.
   */
  readonly scheduleRuns: number;
  readonly scheduleYears: number;
  readonly scheduleLives: number;
  /** Faults that are planted into the bench, of the table in `packaging/bench.test.ts` from its beginning. */
  readonly benchPlants: number;
  /** Turns of the conversation that goes on and on with a small model. */
  readonly longTurns: number;
}

const short: Counts = {
  kills: 4,
  killMessages: 60,
  killChats: 6,
  toolRuns: 1,
  toolKills: 10,
  toolQuestions: 30,
  lockRaces: 8,
  lockKills: 3,
  propertyRuns: 100,
  reconnects: 60,
  accessRuns: 100,
  scheduleRuns: 40,
  scheduleYears: 0,
  scheduleLives: 1,
  benchPlants: 4,
  longTurns: 60,
};
const long: Counts = {
  kills: 20,
  killMessages: 200,
  killChats: 20,
  toolRuns: 5,
  toolKills: 20,
  toolQuestions: 80,
  lockRaces: 100,
  lockKills: 30,
  propertyRuns: 5000,
  reconnects: 1000,
  accessRuns: 2000,
  scheduleRuns: 2000,
  scheduleYears: 1,
  scheduleLives: 10,
  benchPlants: 11,
  longTurns: 2000,
};

/** The counts of this run. Any other value of the variable than `long` means the short ones. */
export const counts: Counts = process.env['PORCHLIGHT_TEST_COUNTS'] === 'long' ? long : short;
