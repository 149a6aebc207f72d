package io.k8j.bench;

import io.k8j.bench.LoadGenerator.Call;
import io.k8j.bench.LoadGenerator.Outcome;
import io.k8j.bench.LoadGenerator.Source;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code k8j bench crud}: creates, reads, replaces, patches and deletes ConfigMaps. */
@Command(
        name = "crud",
        description = "Create, get, update, patch and delete ConfigMaps.",
        mixinStandardHelpOptions = true)
public final class CrudBench implements Callable<Integer> {
    @Mixin
    private BenchOptions options;

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            description = "Size of an object (default: ${DEFAULT-VALUE}).",
            defaultValue = "1024")
    private int size;

    @Override
    public Integer call() throws InterruptedException {
        Target target = options.target();
        ServerCpu cpu = ServerCpu.of(target);
        Report report = new Report("crud");
        try (Workspace workspace = Workspace.open(target, options.progress())) {
            LoadGenerator generator = workspace.generator();
            String path = workspace.path("configmaps");
            AtomicInteger created = new AtomicInteger();
            measure(report, generator, cpu, "create", connection -> {
                String name = "bench-" + created.getAndIncrement();
                return Call.json("POST", path, Samples.configMap(name, size, "0"));
            });
            int count = created.get();
            AtomicInteger turn = new AtomicInteger();
            measure(report, generator, cpu, "get", c -> Call.get(path + "/bench-" + turn.getAndIncrement() % count));
            measure(report, generator, cpu, "update", c -> {
                int number = turn.getAndIncrement();
                String name = "bench-" + number % count;
                return Call.json("PUT", path + "/" + name, Samples.configMap(name, size, "u" + number));
            });
            measure(report, generator, cpu, "patch", c -> {
                int number = turn.getAndIncrement();
                return new Call(
                        "PATCH",
                        path + "/bench-" + number % count,
                        "application/merge-patch+json",
                        ("{\"data\":{\"value\":\"p" + number + "\"}}").getBytes(StandardCharsets.US_ASCII));
            });
            AtomicInteger deleted = new AtomicInteger();
            measure(report, generator, cpu, "delete", c -> {
                int number = deleted.getAndIncrement();
                return number < count ? Call.json("DELETE", path + "/bench-" + number, null) : null;
            });
        }
        options.print(report);
        return 0;
    }

    private void measure(Report report, LoadGenerator generator, ServerCpu cpu, String name, Source source)
            throws InterruptedException {
        if (!name.equals("delete")) { // of which there is only so much
            options.progress().phase("warm up: " + name, 0);
            generator.run(source, options.connections(), options.warmUp()); // compilers on both sides come first
        }
        options.progress().phase(name, 0);
        OptionalLong before = cpu.nanos();
        Outcome outcome = generator.run(source, options.connections(), options.duration(), options.rate());
        report.outcome(name, outcome, before, cpu.nanos());
    }
}
