package io.k8j.kubelet.probes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.HTTPHeader;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.fabric8.kubernetes.api.model.Probe;
import io.grpc.Status;
import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.model.api.GoQuote;
import io.k8j.model.time.Time;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/** Carries out one probe or one hook. Blocks for as long as that takes; safe for all threads. */
public final class Actions {
    private static final Duration HOOK_HTTP_TIMEOUT = Duration.ofSeconds(30);

    private final ProbeMetrics metrics = new ProbeMetrics();
    private final ContainerRuntime runtime;
    private final Time time;

    /** Executes commands in this runtime's containers. */
    public Actions(ContainerRuntime runtime, Time time) {
        this.runtime = runtime;
        this.time = time;
    }

    /** Counts what all probes show. */
    public ProbeMetrics metrics() {
        return metrics;
    }

    ProbeResult probe(Probes.Type type, Probe probe, Container container, String containerId, String podIp) {
        List<String> command = probe.getExec() == null
                ? List.of()
                : Objects.requireNonNullElse(probe.getExec().getCommand(), List.<String>of());
        try {
            Optional<String> played = runtime.playProbe(containerId, type, command);
            if (played.isPresent()) {
                return played.get().isEmpty() ? ProbeResult.success("") : ProbeResult.failure(played.get());
            }
        } catch (RuntimeFailure e) {
            return ProbeResult.error(e.getMessage());
        }
        return carryOut(probe, container, containerId, podIp);
    }

    ProbeResult carryOut(Probe probe, Container container, String containerId, String podIp) {
        Duration timeout = Duration.ofSeconds(probe.getTimeoutSeconds() == null ? 1 : probe.getTimeoutSeconds());
        try {
            if (probe.getExec() != null) return exec(probe.getExec().getCommand(), containerId, timeout);
            if (probe.getHttpGet() != null) return http(probe.getHttpGet(), container, podIp, timeout);
            if (probe.getTcpSocket() != null) {
                int port = port(probe.getTcpSocket().getPort(), container);
                return tcp(orElse(probe.getTcpSocket().getHost(), podIp), port, timeout);
            }
            if (probe.getGrpc() != null) {
                return GrpcCheck.check(
                        podIp, probe.getGrpc().getPort(), orElse(probe.getGrpc().getService(), ""), timeout);
            }
            return ProbeResult.error("missing probe handler for " + container.getName());
        } catch (IllegalArgumentException e) {
            return ProbeResult.error(e.getMessage());
        }
    }

    private ProbeResult exec(List<String> command, String containerId, Duration timeout) {
        try {
            var answer = runtime.execSync(containerId, command, timeout);
            String output =
                    answer.getStdout().toStringUtf8() + answer.getStderr().toStringUtf8();
            return answer.getExitCode() == 0 ? ProbeResult.success(output) : ProbeResult.failure(output);
        } catch (RuntimeFailure e) {
            boolean late =
                    e.code() == Status.Code.DEADLINE_EXCEEDED || e.description().contains("exceeded");
            return late
                    ? ProbeResult.failure(
                            "command timed out: %s timed out after %ds".formatted(quoted(command), timeout.toSeconds()))
                    : ProbeResult.error(e.getMessage());
        }
    }

    private static String quoted(List<String> command) {
        return "\"" + String.join(" ", command) + "\"";
    }

    private static ProbeResult http(HTTPGetAction action, Container container, String podIp, Duration timeout) {
        try {
            Map<String, String> headers = new LinkedHashMap<>(Map.of("User-Agent", "kube-probe/1.36", "Accept", "*/*"));
            HttpCheck.Answer answer = HttpCheck.get(uri(action, container, podIp), with(headers, action), timeout);
            if (answer.status() < 200 || answer.status() >= 400) {
                return ProbeResult.failure("HTTP probe failed with statuscode: " + answer.status());
            }
            return answer.status() < 300
                    ? ProbeResult.success(answer.body())
                    : ProbeResult.warning("Probe terminated redirects, Response body: " + answer.body());
        } catch (IOException e) {
            return ProbeResult.failure(e.getMessage());
        }
    }

    private static Map<String, String> with(Map<String, String> headers, HTTPGetAction action) {
        if (action.getHttpHeaders() == null) return headers;
        for (HTTPHeader header : action.getHttpHeaders()) {
            headers.keySet().removeIf(known -> known.equalsIgnoreCase(header.getName()));
            headers.put(header.getName(), orElse(header.getValue(), ""));
        }
        return headers;
    }

    private static URI uri(HTTPGetAction action, Container container, String podIp) {
        String host = orElse(action.getHost(), podIp);
        if (host.contains(":") && !host.startsWith("[")) host = "[" + host + "]";
        String path = orElse(action.getPath(), "/");
        if (!path.startsWith("/")) path = "/" + path;
        String scheme = orElse(action.getScheme(), "HTTP").toLowerCase(Locale.ROOT);
        String text = "%s://%s:%d%s".formatted(scheme, host, port(action.getPort(), container), path);
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("parse \"%s\": %s".formatted(text, e.getReason()), e);
        }
    }

    private static ProbeResult tcp(String host, int port, Duration timeout) {
        try {
            TcpCheck.connect(host, port, (int) timeout.toMillis()).close();
            return ProbeResult.success("");
        } catch (IOException e) {
            return ProbeResult.failure(e.getMessage());
        }
    }

    private static int port(IntOrString port, Container container) {
        if (port.getIntVal() != null && port.getStrVal() == null) return port.getIntVal();
        String name = port.getStrVal();
        return (container.getPorts() == null ? List.<ContainerPort>of() : container.getPorts())
                .stream()
                        .filter(known -> name.equals(known.getName()))
                        .findFirst()
                        .map(known -> known.getContainerPort())
                        .orElseGet(() -> number(name, container));
    }

    private static int number(String name, Container container) {
        try {
            return Integer.parseInt(name);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "couldn't find port: \"%s\" in container \"%s\"".formatted(name, container.getName()), e);
        }
    }

    /**
     * Runs a postStart or preStop hook to its end.
     *
     * @param pod as messages name it
     * @param strange told if an HTTPS server turned out to speak HTTP
     * @return why it failed; empty if it did not
     */
    public String hook(
            LifecycleHandler handler,
            String pod,
            Container container,
            String containerId,
            String podIp,
            Duration limit,
            Consumer<String> strange) {
        String where = "for Container \"%s\" in Pod \"%s\" failed - error: ".formatted(container.getName(), pod);
        try {
            if (handler.getExec() != null) return execHook(handler.getExec().getCommand(), where, containerId, limit);
            if (handler.getSleep() == null && !runtime.hasNetwork()) return "";
            if (handler.getHttpGet() != null) {
                return httpHook(handler.getHttpGet(), where, container, podIp, limit, strange);
            }
            if (handler.getTcpSocket() != null) {
                int port = port(handler.getTcpSocket().getPort(), container);
                return tcp(orElse(handler.getTcpSocket().getHost(), podIp), port, HOOK_HTTP_TIMEOUT)
                        .output();
            }
            if (handler.getSleep() != null)
                time.sleep(Duration.ofSeconds(handler.getSleep().getSeconds()));
            return "";
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "Sleep lifecycle hook (%d) %scontainer terminated before sleep hook finished"
                    .formatted(handler.getSleep().getSeconds(), where);
        }
    }

    private String execHook(List<String> command, String where, String containerId, Duration limit) {
        String what = "Exec lifecycle hook ([" + String.join(" ", command) + "]) " + where;
        try {
            var answer = runtime.execSync(containerId, command, limit);
            if (answer.getExitCode() == 0) return "";
            String errors = answer.getStderr().toStringUtf8();
            return "%scommand '%s' exited with %d: %s, message: %s"
                    .formatted(
                            what,
                            String.join(" ", command),
                            answer.getExitCode(),
                            errors,
                            GoQuote.quote(answer.getStdout().toStringUtf8() + errors));
        } catch (RuntimeFailure e) {
            return what + e.getMessage() + ", message: \"\"";
        }
    }

    private static String httpHook(
            HTTPGetAction action,
            String where,
            Container container,
            String podIp,
            Duration limit,
            Consumer<String> strange) {
        Map<String, String> headers = new LinkedHashMap<>(Map.of("User-Agent", "kube-lifecycle/1.36", "Accept", "*/*"));
        Map<String, String> all = with(headers, action);
        Duration timeout = limit.isZero() ? HOOK_HTTP_TIMEOUT : limit;
        URI uri = uri(action, container, podIp);
        try {
            HttpCheck.get(uri, all, timeout);
            return "";
        } catch (IOException e) {
            if (HttpCheck.spokeHttp(e)) {
                all.keySet().removeIf("Authorization"::equalsIgnoreCase); // not for everybody to read
                try {
                    HttpCheck.get(URI.create("http" + uri.toString().substring("https".length())), all, timeout);
                    strange.accept("request to HTTPS lifecycle hook %s got HTTP response, retry with HTTP succeeded"
                            .formatted(uri.getRawAuthority()));
                    return "";
                } catch (IOException again) {
                    e.addSuppressed(again);
                }
            }
            return "HTTP lifecycle hook (%s) %s%s".formatted(orElse(action.getPath(), ""), where, e.getMessage());
        }
    }

    private static String orElse(String text, String other) {
        return text == null || text.isEmpty() ? other : text;
    }
}
