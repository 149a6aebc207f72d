/**
 * The {@code k8j} command. {@link io.k8j.server.cli.Main} lists the subcommands; other jars add some by {@link
 * io.k8j.server.cli.Subcommand}. A class for each command reads its flags ({@link io.k8j.server.cli.ClusterOptions} has
 * those of all, {@link io.k8j.server.cli.ConfigFile} takes them from a file), does its work and returns the exit code; what
 * the user can put right is one sentence ({@link io.k8j.server.UserException}). {@link io.k8j.server.cli.TrainCommand} with
 * its loads runs at build time only and makes the cache that lets the next start skip loading and linking classes.
 */
package io.k8j.server.cli;
