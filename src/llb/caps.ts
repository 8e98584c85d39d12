/** The LLB capabilities of a worker, by id. */
export interface CapSet {
  has(id: string): boolean;
}
