package io.k8j.server.cli;

/**
 * A subcommand of {@code k8j} that another jar brings, found by {@link java.util.ServiceLoader}. Its class carries
 * picocli's {@code @Command}.
 */
public interface Subcommand {}
