/**
 * Plays what an upstream cluster was asked once, and compares the answers.
 *
 * <ol>
 *   <li>{@link io.k8j.e2e.replay.Exchange} is one recorded request with its answer, a line of
 *       {@code src/test/resources/recorded/*.jsonl}; {@link io.k8j.e2e.replay.Transcript} is one recorded command.
 *   <li>{@link io.k8j.e2e.replay.ExchangePlayer} sends the requests of a scenario in order, with the uids of this
 *       cluster instead of the recorded ones, after the preparations that were not recorded.
 *   <li>{@link io.k8j.e2e.replay.Normalizer} replaces what is free on both sides: times, addresses, generated names.
 *   <li>{@link io.k8j.e2e.replay.JsonDiff} and {@link io.k8j.e2e.replay.LineDiff} name what differs.
 *   <li>{@link io.k8j.e2e.replay.AcceptedDifferences} drops what is meant to differ, each with its reason, read from
 *       {@code accepted-api.tsv} and {@code accepted-kubectl.tsv}. What is left fails the test.
 * </ol>
 */
package io.k8j.e2e.replay;
