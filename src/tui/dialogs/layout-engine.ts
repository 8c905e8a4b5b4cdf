import { loadYoga, type Yoga } from "yoga-layout/load";

/**
 * What Ink lays its boxes out with. `yoga-layout` loads it at the top of its module, which the built program cannot: there
 * Ink gets this one (`.rolldown.mjs`).
 * @public
 */
export let layoutEngine: Yoga | null = null;

export async function loadLayoutEngine(): Promise<void> {
  layoutEngine ??= await loadYoga();
}
