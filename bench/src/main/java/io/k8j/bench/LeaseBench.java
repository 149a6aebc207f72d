package io.k8j.bench;

import io.k8j.bench.LoadGenerator.Call;
import io.k8j.bench.LoadGenerator.Outcome;
import io.k8j.bench.LoadGenerator.Source;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code k8j bench lease}: renews leases as nodes do, each with the version of its last renewal. */
@Command(name = "lease", description = "Renew leases as nodes do.", mixinStandardHelpOptions = true)
public final class LeaseBench implements Callable<Integer> {
    private static final byte[] VERSION = "\"resourceVersion\":\"".getBytes(StandardCharsets.US_ASCII);

    @Mixin
    private BenchOptions options;

    @Override
    public Integer call() throws InterruptedException {
        Target target = options.target();
        ServerCpu cpu = ServerCpu.of(target);
        Report report = new Report("lease");
        try (Workspace workspace = Workspace.open(target, options.progress())) {
            String path = workspace.path("coordination.k8s.io/v1", "leases");
            int leases = options.connections();
            String[] versions = new String[leases];
            workspace.generator().run(renewals(path, versions), leases, options.warmUp());
            options.progress().phase("renew leases", 0);
            OptionalLong before = cpu.nanos();
            Outcome outcome =
                    workspace.generator().run(renewals(path, versions), leases, options.duration(), options.rate());
            report.outcome("renew", outcome, before, cpu.nanos());
        }
        options.print(report);
        return 0;
    }

    /** Each connection has a lease of its own, made with its first request. */
    private static Source renewals(String path, String[] versions) {
        return new Source() {
            private int number;

            @Override
            public Call next(int connection) {
                String name = "node-" + connection;
                byte[] body = Samples.lease(name, versions[connection], number++);
                return versions[connection] == null
                        ? Call.json("POST", path, body)
                        : Call.json("PUT", path + "/" + name, body);
            }

            @Override
            public boolean wantsBodies() {
                return true;
            }

            @Override
            public void answered(int connection, int status, byte[] body) {
                if (status < 300) {
                    versions[connection] = version(body);
                }
            }
        };
    }

    static String version(byte[] json) {
        for (int i = 0; i + VERSION.length < json.length; i++) {
            if (java.util.Arrays.equals(json, i, i + VERSION.length, VERSION, 0, VERSION.length)) {
                int from = i + VERSION.length;
                int to = from;
                while (to < json.length && json[to] != '"') {
                    to++;
                }
                return new String(json, from, to - from, StandardCharsets.US_ASCII);
            }
        }
        return null;
    }
}
