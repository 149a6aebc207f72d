package io.k8j.apiserver.system;

import io.k8j.apiserver.http.Dispatcher;
import io.k8j.apiserver.http.Exchange;
import io.k8j.apiserver.http.ExchangeHandler;
import io.k8j.model.api.ApiException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * {@code /livez}, {@code /readyz}, {@code /healthz}: all checks, or a single one below them; {@code ?verbose} lists them
 * and {@code ?exclude=} leaves some out.
 */
public final class Health implements Dispatcher.Documents {
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final List<String> ROOTS = List.of("livez", "readyz", "healthz");

    private final Map<String, Map<String, Supplier<Optional<String>>>> checks = new LinkedHashMap<>();

    /**
     * Collects the checks of each path.
     *
     * @param live checks by name; a value is what is wrong, empty if nothing is
     * @param readyOnly checks that count for readiness but not for liveness
     */
    public Health(Map<String, Supplier<Optional<String>>> live, Map<String, Supplier<Optional<String>>> readyOnly) {
        checks.put("livez", new LinkedHashMap<>(live));
        checks.put("healthz", new LinkedHashMap<>(live));
        Map<String, Supplier<Optional<String>>> ready = new LinkedHashMap<>(live);
        ready.putAll(readyOnly);
        checks.put("readyz", ready);
    }

    /** All paths served here, sorted. */
    List<String> paths() {
        TreeSet<String> paths = new TreeSet<>();
        checks.forEach((root, named) -> {
            paths.add("/" + root);
            named.keySet().forEach(name -> paths.add("/" + root + "/" + name));
        });
        return List.copyOf(paths);
    }

    @Override
    public Optional<ExchangeHandler> find(Exchange exchange) {
        String path = exchange.path();
        for (String root : ROOTS) {
            if (path.equals("/" + root) || path.equals("/" + root + "/")) {
                return Optional.of(e -> all(e, root));
            }
            if (path.startsWith("/" + root + "/")) {
                String name = path.substring(root.length() + 2);
                return checks.get(root).containsKey(name) ? Optional.of(e -> single(e, root, name)) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    private void single(Exchange exchange, String root, String name) {
        Optional<String> wrong = checks.get(root).get(name).get();
        if (wrong.isPresent()) {
            text(exchange, 500, "internal server error: " + wrong.get() + "\n");
        } else {
            text(exchange, 200, "ok");
        }
    }

    private void all(Exchange exchange, String root) {
        if (!exchange.method().equals("GET") && !exchange.method().equals("HEAD")) {
            throw ApiException.badRequest("only GET is supported here");
        }
        List<String> excluded = exchange.query().getOrDefault("exclude", List.of());
        StringBuilder lines = new StringBuilder();
        boolean failed = false;
        for (Map.Entry<String, Supplier<Optional<String>>> check :
                checks.get(root).entrySet()) {
            if (excluded.contains(check.getKey())) {
                lines.append("[+]").append(check.getKey()).append(" excluded: ok\n");
                continue;
            }
            Optional<String> wrong = check.getValue().get();
            failed |= wrong.isPresent();
            lines.append(wrong.isPresent() ? "[-]" : "[+]").append(check.getKey());
            lines.append(wrong.isPresent() ? " failed: reason withheld\n" : " ok\n");
        }
        if (failed) {
            text(exchange, 500, lines + root + " check failed\n");
        } else if (exchange.query().containsKey("verbose")) {
            text(exchange, 200, lines + root + " check passed\n");
        } else {
            text(exchange, 200, "ok");
        }
    }

    private static void text(Exchange exchange, int code, String text) {
        exchange.addResponseHeader("X-Content-Type-Options", "nosniff");
        exchange.respond(code, TEXT, text.getBytes(StandardCharsets.UTF_8));
    }
}
