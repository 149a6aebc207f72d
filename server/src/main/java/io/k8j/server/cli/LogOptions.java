package io.k8j.server.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** What is logged and how. */
final class LogOptions {
    @Option(names = "--log-format", paramLabel = "FORMAT", description = "text or json.", defaultValue = "text")
    private String logFormat;

    @Option(
            names = "--log-level",
            paramLabel = "[COMPONENT=]LEVEL",
            description = "error, warn, info, debug or trace, for all or one component; may be repeated.",
            split = ",")
    private List<String> logLevels = new ArrayList<>();

    /** Puts it into effect for the whole process. */
    void apply() {
        Logging.configure(logFormat, logLevels);
    }
}
