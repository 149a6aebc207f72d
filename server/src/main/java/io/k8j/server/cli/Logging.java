package io.k8j.server.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.TypeConversionException;

/** Sets up logs: for people or as JSON, with a level per component. */
final class Logging {
    private static final Set<String> COMPONENTS = Set.of(
            "store", "apiserver", "client", "controllers", "scheduler", "kubelet", "proxy", "dns", "metrics", "server");
    private static final String TEXT = "%d{HH:mm:ss.SSS} %-5level %-22.22logger{0} %msg %kvp%n%ex{full}";

    private Logging() {}

    /**
     * Replaces the set-up.
     *
     * @param format {@code text} or {@code json}
     * @param levels {@code debug} or {@code kubelet=debug}
     */
    static void configure(String format, List<String> levels) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setTarget("System.err");
        console.setEncoder(encoder(format, context));
        console.start();
        var root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.addAppender(console);
        root.setLevel(Level.WARN);
        // gRPC asks for a socket option that Unix sockets do not have, and Netty says so at each start.
        context.getLogger("io.netty.bootstrap").setLevel(Level.ERROR);
        context.getLogger("io.k8j").setLevel(Level.INFO);
        for (String entry : levels) {
            int equals = entry.indexOf('=');
            String component = equals < 0 ? "" : entry.substring(0, equals);
            Level level = Level.toLevel(entry.substring(equals + 1).toUpperCase(Locale.ROOT), null);
            if (level == null || !(component.isEmpty() || COMPONENTS.contains(component))) {
                throw new TypeConversionException("--log-level %s: wants LEVEL or COMPONENT=LEVEL, with components %s"
                        .formatted(entry, COMPONENTS.stream().sorted().toList()));
            }
            context.getLogger(component.isEmpty() ? "io.k8j" : "io.k8j." + component)
                    .setLevel(level);
        }
    }

    private static Encoder<ILoggingEvent> encoder(String format, LoggerContext context) {
        switch (format) {
            case "json" -> {
                JsonEncoder encoder = new JsonEncoder();
                encoder.setContext(context);
                encoder.start();
                return encoder;
            }
            case "text" -> {
                PatternLayoutEncoder encoder = new PatternLayoutEncoder();
                encoder.setContext(context);
                encoder.setPattern(TEXT);
                encoder.start();
                return encoder;
            }
            default -> throw new TypeConversionException("--log-format %s: must be text or json".formatted(format));
        }
    }
}
