package io.k8j.apiserver.system;

import io.k8j.apiserver.http.Dispatcher;
import io.k8j.apiserver.http.Exchange;
import io.k8j.apiserver.http.ExchangeHandler;
import io.k8j.model.api.ApiException;
import io.k8j.model.json.Json;
import io.k8j.model.yaml.Yaml;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * {@code /statusz} and {@code /flagz}: how the server stands and how it was started, for people as text and for programs as
 * {@code config.k8s.io} objects.
 */
public final class ZPages implements Dispatcher.Documents {
    private static final String COMPONENT = "apiserver";
    private static final String WARNING =
            "Warning: This endpoint is not meant to be machine parseable, has no formatting"
                    + " compatibility guarantees and is for debugging purposes only.\n";
    private static final List<String> NOT_FOR_DEBUGGING =
            List.of("/apis", "/api", "/openid", "/openapi", "/.well-known");

    private final Map<String, Object> version;
    private final Map<String, String> flags;
    private final Supplier<List<String>> paths;

    /**
     * Shows these.
     *
     * @param version body of {@code /version}
     * @param flags flags of the server, without secrets
     * @param paths all paths that are served
     */
    public ZPages(Map<String, Object> version, Map<String, String> flags, Supplier<List<String>> paths) {
        this.version = version;
        this.flags = new TreeMap<>(flags);
        this.paths = paths;
    }

    @Override
    public Optional<ExchangeHandler> find(Exchange exchange) {
        return switch (exchange.path()) {
            case "/statusz" -> Optional.of(e -> answer(e, "Statusz", this::status, statusText()));
            case "/flagz" -> Optional.of(e -> answer(e, "Flagz", this::flags, flagText()));
            default -> Optional.empty();
        };
    }

    private void answer(Exchange exchange, String kind, Supplier<Map<String, Object>> fields, String text) {
        for (String accepted : wanted(exchange)) {
            String clause = accepted.replace(" ", "").toLowerCase(Locale.ROOT);
            String type = clause.split(";", -1)[0];
            boolean converts = clause.contains("as=");
            if (!converts && (type.equals("text/plain") || type.equals("text/*") || type.equals("*/*"))) {
                exchange.respond(200, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
                return;
            }
            if (!type.equals("application/json") && !type.equals("application/yaml")) continue;
            if (!clause.contains("g=config.k8s.io") || !clause.contains("as=" + kind.toLowerCase(Locale.ROOT)))
                continue;
            String asked = clause.contains("v=v1beta1") ? "v1beta1" : clause.contains("v=v1alpha1") ? "v1alpha1" : null;
            if (asked == null) continue;
            if (asked.equals("v1alpha1")) {
                exchange.addResponseHeader(
                        "Warning",
                        "299 - \"This version of the " + kind.toLowerCase(Locale.ROOT)
                                + " endpoint is deprecated. Please use a newer version.\"");
            }
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("kind", kind);
            tree.put("apiVersion", "config.k8s.io/" + asked);
            tree.put("metadata", Map.of("name", COMPONENT));
            tree.putAll(fields.get());
            boolean yaml = type.endsWith("yaml");
            exchange.respond(200, type, yaml ? Yaml.write(tree) : Json.write(tree));
            return;
        }
        throw ApiException.notAcceptable(List.of("application/json", "application/yaml", "text/plain"));
    }

    private static List<String> wanted(Exchange exchange) {
        List<String> all = exchange.headers("Accept").stream()
                .flatMap(header -> List.of(header.split(",")).stream())
                .map(String::strip)
                .filter(clause -> !clause.isEmpty())
                .toList();
        return all.isEmpty() ? List.of("text/plain") : all;
    }

    private Map<String, Object> status() {
        Instant start = started();
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("startTime", start.toString());
        tree.put("uptimeSeconds", uptime());
        tree.put("goVersion", version.get("goVersion"));
        tree.put("binaryVersion", number());
        tree.put("emulationVersion", number());
        tree.put("paths", debuggingPaths());
        return tree;
    }

    private static Instant started() {
        return Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime())
                .truncatedTo(ChronoUnit.SECONDS);
    }

    private static long uptime() {
        return ManagementFactory.getRuntimeMXBean().getUptime() / 1000;
    }

    private String number() {
        return version.get("major") + "." + version.get("minor");
    }

    private List<String> debuggingPaths() {
        TreeSet<String> roots = new TreeSet<>();
        for (String path : paths.get()) {
            int slash = path.indexOf('/', 1);
            String root = slash < 0 ? path : path.substring(0, slash);
            if (!NOT_FOR_DEBUGGING.contains(root) && root.length() > 1) roots.add(root);
        }
        return List.copyOf(roots);
    }

    private String statusText() {
        long seconds = uptime();
        return "\n" + COMPONENT + " statusz\n" + WARNING + "\nStarted: " + started() + "\nUp: "
                + "%d hr %02d min %02d sec".formatted(seconds / 3600, seconds / 60 % 60, seconds % 60)
                + "\nGo version: "
                + version.get("goVersion") + "\nBinary version: " + number() + "\nEmulation version: " + number()
                + "\nPaths: " + String.join(" ", debuggingPaths()) + "\n";
    }

    private Map<String, Object> flags() {
        return Map.of("flags", flags);
    }

    private String flagText() {
        StringBuilder text = new StringBuilder("\n" + COMPONENT + " flagz\n" + WARNING + "\n");
        flags.forEach(
                (name, value) -> text.append(name).append('=').append(value).append('\n'));
        return text.toString();
    }
}
