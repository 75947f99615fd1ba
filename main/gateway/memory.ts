/** The port to the owner's memory. Nothing of it is ever asked for on behalf of a guest or of a group. */
export interface OwnerMemory {
  /**
   * What is known, within so many tokens; the same bytes as long as the notes and the day are the same. Empty when there
   * is nothing, or nothing can be read. Never rejects.
   */
  forPrompt(maxTokens: number): Promise<string>;
  /** Adds points to the log of today, each once. What cannot be written is logged by the adapter; never rejects. */
  keep(points: readonly string[]): Promise<void>;
}
