/**
 * {@code k8j bench}: the same load against any conformant cluster.
 *
 * <ol>
 *   <li>{@link io.k8j.bench.BenchCommand} has a subcommand per mode; {@code Target} reads the kubeconfig.
 *   <li>A mode prepares a namespace ({@code Workspace}), then lets a {@code LoadGenerator} send requests over some
 *       HTTP/1.1 connections on one event loop: each connection has one request under way, so that latencies are those of
 *       a client that waits for its answer.
 *   <li>{@code Latencies} counts, {@code ServerCpu} reads what the server's process used meanwhile if it runs on this
 *       machine, and {@code Report} prints a table or JSON.
 * </ol>
 */
package io.k8j.bench;
