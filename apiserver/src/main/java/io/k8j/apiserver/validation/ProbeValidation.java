package io.k8j.apiserver.validation;

import io.k8j.model.validation.Names;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Checks probes and lifecycle hooks. */
final class ProbeValidation {
    private static final String MANY = "may not specify more than 1 handler type";
    private static final List<String> SCHEMES = List.of("HTTP", "HTTPS");
    private static final List<String> WINDOWS_SIGNALS = List.of("SIGKILL", "SIGTERM");
    private static final List<String> LINUX_SIGNALS = Stream.concat(
                    Stream.of(("SIGABRT SIGALRM SIGBUS SIGCHLD SIGCLD SIGCONT SIGFPE SIGHUP SIGILL SIGINT SIGIO SIGIOT"
                                    + " SIGKILL SIGPIPE SIGPOLL SIGPROF SIGPWR SIGQUIT SIGSEGV SIGSTKFLT SIGSTOP SIGSYS"
                                    + " SIGTERM SIGTRAP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGUSR1 SIGUSR2 SIGVTALRM"
                                    + " SIGWINCH SIGXCPU SIGXFSZ SIGRTMIN SIGRTMAX")
                            .split(" ")),
                    Stream.concat(
                            IntStream.rangeClosed(1, 15).mapToObj(i -> "SIGRTMIN+" + i),
                            IntStream.rangeClosed(1, 14).mapToObj(i -> "SIGRTMAX-" + i)))
            .sorted()
            .toList();

    private ProbeValidation() {}

    static void liveness(Findings f, Place probe, Long grace) {
        if (probe.present()) {
            probe(f, probe, grace);
            successOnce(f, probe);
        }
    }

    static void readiness(Findings f, Place probe, Long grace) {
        if (probe.present()) {
            probe(f, probe, grace);
            if (probe.field("terminationGracePeriodSeconds").present()) {
                f.invalid(probe.field("terminationGracePeriodSeconds"), "must not be set for readinessProbes");
            }
        }
    }

    static void startup(Findings f, Place probe, Long grace) {
        liveness(f, probe, grace);
    }

    private static void successOnce(Findings f, Place probe) {
        long threshold = probe.field("successThreshold").number(0);
        if (threshold != 1) {
            f.invalid(probe.field("successThreshold"), threshold, "must be 1");
        }
    }

    private static void probe(Findings f, Place probe, Long grace) {
        handler(f, probe, grace, true);
        for (String number : List.of(
                "initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")) {
            f.notNegative(probe.field(number));
        }
        Place own = probe.field("terminationGracePeriodSeconds");
        if (own.present() && own.number(0) <= 0) {
            f.invalid(own, "must be greater than 0");
        }
    }

    static void lifecycle(Findings f, Place lifecycle, Long grace, Place os) {
        if (lifecycle.field("postStart").present()) {
            handler(f, lifecycle.field("postStart"), grace, false);
        }
        if (lifecycle.field("preStop").present()) {
            handler(f, lifecycle.field("preStop"), grace, false);
        }
        Place signal = lifecycle.field("stopSignal");
        if (signal.present()) {
            if (os.absent()) {
                f.forbidden(signal, "may not be set for containers with empty `spec.os.name`");
            } else if (os.text("name").equals("windows")) {
                Meta.oneOf(f, signal, WINDOWS_SIGNALS);
            } else if (os.text("name").equals("linux")) {
                Meta.oneOf(f, signal, LINUX_SIGNALS);
            }
        }
    }

    private static void handler(Findings f, Place handler, Long grace, boolean probe) {
        int seen = 0;
        List<String> kinds = probe
                ? List.of("exec", "httpGet", "tcpSocket", "grpc")
                : List.of("exec", "httpGet", "tcpSocket", "sleep");
        for (String kind : kinds) {
            Place action = handler.field(kind);
            if (action.absent()) {
                continue;
            }
            if (seen++ > 0) {
                f.forbidden(action, MANY);
                continue;
            }
            switch (kind) {
                case "exec" -> {
                    if (action.field("command").isEmpty()) {
                        f.required(action.field("command"));
                    }
                }
                case "httpGet" -> httpGet(f, action);
                case "sleep" -> sleep(f, action, grace);
                default -> Meta.portOrName(f, action.field("port"));
            }
        }
        if (seen == 0) {
            f.required(handler, "must specify a handler type");
        }
    }

    private static void httpGet(Findings f, Place action) {
        if (action.text("path").isEmpty()) {
            f.required(action.field("path"));
        }
        Meta.portOrName(f, action.field("port"));
        Meta.oneOf(f, action.field("scheme"), SCHEMES);
        for (Place header : action.field("httpHeaders").items()) {
            f.invalid(action.field("httpHeaders"), header.text("name"), Names.httpHeaderName(header.text("name")));
        }
    }

    private static void sleep(Findings f, Place action, Long grace) {
        long seconds = action.number("seconds");
        if (grace != null && (seconds < 0 || seconds > grace)) {
            f.invalid(
                    action,
                    seconds,
                    "must be non-negative and less than terminationGracePeriodSeconds (" + grace + ")");
        }
    }
}
