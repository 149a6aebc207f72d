package io.k8j.bench;

import io.k8j.server.UserException;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code k8j bench idle}: what a server uses that nobody asks for anything. */
@Command(
        name = "idle",
        description = "Processor time and memory of a server that is left alone.",
        mixinStandardHelpOptions = true)
public final class IdleBench implements Callable<Integer> {
    @Mixin
    private BenchOptions options;

    @Override
    public Integer call() throws InterruptedException {
        ServerCpu cpu = ServerCpu.of(options.target());
        if (cpu.nanos().isEmpty()) {
            throw new UserException(
                    "the server does not run on this machine, or it cannot be seen: only a local one can be measured");
        }
        long before = cpu.nanos().getAsLong();
        long begin = System.nanoTime();
        Thread.sleep(options.duration());
        long used = cpu.nanos().orElse(before) - before;
        Report report = new Report("idle");
        Map<String, Object> row = report.row("process " + cpu.pid());
        row.put("percentOfOneCpu", Report.rounded(100.0 * used / (System.nanoTime() - begin)));
        cpu.resident().ifPresent(bytes -> row.put("residentMegabytes", Report.rounded(bytes / 1048576.0)));
        options.print(report);
        return 0;
    }
}
