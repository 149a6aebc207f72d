package io.k8j.apiserver.system;

import io.k8j.apiserver.authn.AuthenticationSettings;
import io.k8j.apiserver.authn.ServiceAccountKeys;
import io.k8j.apiserver.http.Dispatcher;
import io.k8j.apiserver.http.Exchange;
import io.k8j.apiserver.http.ExchangeHandler;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Json;
import io.k8j.model.resource.ResourceRegistry;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** {@code /version}, {@code /metrics}, the token issuer's documents, and the list of all paths. */
public final class ServerDocuments implements Dispatcher.Documents {
    private static final String JSON = "application/json";
    private static final String JWKS = "application/jwk-set+json";

    private final Map<String, Object> version;
    private final List<Consumer<StringBuilder>> metrics;
    private final ServiceAccountKeys keys;
    private final String issuer;
    private final String jwksUri;
    private final Health health;
    private final Supplier<List<String>> apiPaths;

    /**
     * @param version body of {@code /version}
     * @param metrics each appends its part of {@code /metrics}
     * @param tokens issuer and keys of ServiceAccount tokens
     * @param ownAddress where others reach this server
     * @param apiPaths paths of groups and versions that are served now
     */
    public ServerDocuments(
            Map<String, Object> version,
            List<Consumer<StringBuilder>> metrics,
            AuthenticationSettings tokens,
            String ownAddress,
            Health health,
            Supplier<List<String>> apiPaths) {
        this.version = version;
        this.metrics = List.copyOf(metrics);
        this.keys = tokens.keys();
        this.issuer = tokens.issuers().getFirst();
        this.jwksUri = tokens.jwksUri() == null ? ownAddress + "/openid/v1/jwks" : tokens.jwksUri();
        this.health = health;
        this.apiPaths = apiPaths;
    }

    @Override
    public Optional<ExchangeHandler> find(Exchange exchange) {
        return switch (exchange.path()) {
            case "/version", "/version/" -> Optional.of(e -> sendIndented(only(e, JSON), version));
            case "/metrics" -> Optional.of(e -> metrics(e, metrics));
            case "/metrics/slis" -> Optional.of(e -> metrics(e, List.of(health::write)));
            case "/.well-known/openid-configuration", "/.well-known/openid-configuration/" ->
                Optional.of(this::issuerConfiguration);
            case "/openid/v1/jwks", "/openid/v1/jwks/" -> Optional.of(e -> sendCacheable(e, JWKS, keys.publicKeys()));
            case "/", "/index.html" -> Optional.of(e -> sendIndented(e, paths()));
            default -> missing(exchange.path());
        };
    }

    /** These documents are only read, and have one form. */
    private static Exchange only(Exchange exchange, String mediaType) {
        if (!exchange.method().equals("GET")) throw ApiException.methodNotAllowed();
        if (!exchange.accepts(mediaType)) throw ApiException.noRepresentation(List.of(mediaType));
        return exchange;
    }

    /** People read these documents with curl, so they come in lines, always as JSON. */
    private static void sendIndented(Exchange exchange, Map<String, Object> tree) {
        StringBuilder text = new StringBuilder();
        indent(text, tree, "\n");
        exchange.respond(200, JSON, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static void indent(StringBuilder text, Object value, String newLine) {
        String deeper = newLine + "  ";
        switch (value) {
            case Map<?, ?> map
            when !map.isEmpty() -> {
                String separator = "{";
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    text.append(separator).append(deeper);
                    indent(text, entry.getKey(), deeper);
                    indent(text.append(": "), entry.getValue(), deeper);
                    separator = ",";
                }
                text.append(newLine).append('}');
            }
            case List<?> list
            when !list.isEmpty() -> {
                String separator = "[";
                for (Object item : list) {
                    indent(text.append(separator).append(deeper), item, deeper);
                    separator = ",";
                }
                text.append(newLine).append(']');
            }
            default -> text.append(ApiObject.writeJson(value));
        }
    }

    /** Below the groups of the API it is resources that are missing, everywhere else pages. */
    private static Optional<ExchangeHandler> missing(String path) {
        String[] parts = path.split("/");
        boolean resource = path.startsWith("/api/")
                || path.startsWith("/version/")
                || (path.startsWith("/apis/")
                        && parts.length > 3
                        && ResourceRegistry.builtIn().groups().contains(parts[2]));
        return resource ? Optional.empty() : Optional.of(Dispatcher::noPage);
    }

    /** All paths that the server has, sorted. */
    public List<String> allPaths() {
        return List.copyOf(listed());
    }

    private Map<String, Object> paths() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("paths", allPaths());
        return tree;
    }

    private TreeSet<String> listed() {
        TreeSet<String> all = new TreeSet<>(apiPaths.get());
        all.addAll(health.paths());
        all.addAll(List.of(
                "/.well-known/openid-configuration",
                "/flagz",
                "/metrics",
                "/metrics/slis",
                "/openapi/v2",
                "/openapi/v3",
                "/openapi/v3/",
                "/openid/v1/jwks",
                "/statusz",
                "/version"));
        return all;
    }

    private static void metrics(Exchange exchange, List<Consumer<StringBuilder>> parts) {
        StringBuilder text = new StringBuilder(16 * 1024);
        parts.forEach(part -> part.accept(text));
        if (parts.size() > 1) MetricCensus.write(text);
        exchange.respond(
                200,
                "text/plain; version=0.0.4; charset=utf-8; escaping=underscores",
                text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private void issuerConfiguration(Exchange exchange) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("issuer", issuer);
        tree.put("jwks_uri", jwksUri); // never from the Host header, which is the client's to choose
        tree.put("response_types_supported", List.of("id_token"));
        tree.put("subject_types_supported", List.of("public"));
        tree.put("id_token_signing_alg_values_supported", keys.algorithms());
        sendCacheable(exchange, JSON, tree);
    }

    /** Those who check tokens may keep these documents for an hour. */
    private static void sendCacheable(Exchange exchange, String type, Map<String, Object> tree) {
        only(exchange, type).setResponseHeader("Cache-Control", "public, max-age=3600");
        exchange.respond(200, type, Json.write(tree));
    }
}
