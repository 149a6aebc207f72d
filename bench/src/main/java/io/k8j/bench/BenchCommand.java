package io.k8j.bench;

import io.k8j.bench.schedule.ScheduleBench;
import io.k8j.server.cli.Subcommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code k8j bench}: measures a cluster, this one or any other. */
@Command(
        name = "bench",
        description = "Measure a cluster: k8j's or any conformant one.",
        mixinStandardHelpOptions = true,
        subcommands = {
            StartupBench.class,
            PodsBench.class,
            CrudBench.class,
            ListBench.class,
            WatchBench.class,
            LeaseBench.class,
            ScheduleBench.class,
            SoakBench.class,
            IdleBench.class
        })
public final class BenchCommand implements Subcommand, Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "a mode is missing: " + spec.subcommands().keySet());
    }
}
