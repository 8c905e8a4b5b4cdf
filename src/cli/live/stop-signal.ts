/**
 * Fires at `interrupt`, or after so many seconds. `AbortSignal.any` and `.timeout` do the same until Node 20 collects
 * them while somebody still waits. `done` lets go of the timer.
 */
export function stopSignal(interrupt: AbortSignal, seconds: number | undefined): { signal: AbortSignal; done(): void } {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  if (interrupt.aborted) stop();
  interrupt.addEventListener("abort", stop, { once: true });
  const timer = seconds === undefined ? undefined : setTimeout(stop, seconds * 1000);
  return { signal: controller.signal, done: () => clearTimeout(timer) };
}
