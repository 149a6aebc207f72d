/**
 * Clocks, timers and the forms of times. Whoever needs the time of day or a timer takes a {@link io.k8j.model.time.Time}:
 * {@link io.k8j.model.time.SystemTime} in a server, one that is moved in tests, which may pass over timers that say by their
 * {@link io.k8j.model.time.Pace} that nothing happens. {@link io.k8j.model.time.PlainTime} reads and writes times on the
 * wire, {@link io.k8j.model.time.CronSchedule} says when something is due again.
 */
package io.k8j.model.time;
