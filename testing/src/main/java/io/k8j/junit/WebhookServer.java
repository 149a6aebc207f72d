package io.k8j.junit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.k8j.client.Client;
import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import io.k8j.model.json.Trees;
import io.k8j.server.certs.KeyAndCertificate;
import io.k8j.server.controlplane.ClusterCertificates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;

/**
 * An HTTPS server within the test, with a certificate of the cluster's authority, that plays admission and conversion
 * webhooks and registers them. Handlers run on virtual threads, many at once; one that throws answers 500, which the API
 * server treats as a failed webhook. Closed with the cluster. Safe for all threads.
 */
public final class WebhookServer implements AutoCloseable {
    private final HttpsServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final String authorityPem;
    private final WebhookRegistration registration;

    private WebhookServer(HttpsServer server, String authorityPem, Client client) {
        this.server = server;
        this.authorityPem = authorityPem;
        this.registration = new WebhookRegistration(client);
    }

    static WebhookServer start(ClusterCertificates certificates, Client client) {
        try {
            HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
            server.setHttpsConfigurator(new HttpsConfigurator(context(certificates.kubelet())));
            WebhookServer webhooks = new WebhookServer(server, certificates.authorityPem(), client);
            server.setExecutor(webhooks.threads);
            server.start();
            return webhooks;
        } catch (IOException e) {
            throw new UncheckedIOException("start the webhooks' server: " + e.getMessage(), e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("start the webhooks' server: " + e.getMessage(), e);
        }
    }

    private static SSLContext context(KeyAndCertificate own) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {new OwnKey(own)}, null, null);
        return context;
    }

    /** Address of a path on this server. */
    public String url(String path) {
        return "https://127.0.0.1:%d%s".formatted(server.getAddress().getPort(), path);
    }

    /** The authority that clients must trust, as {@code clientConfig.caBundle} wants it: PEM in base64. */
    public String caBundle() {
        return Base64.getEncoder().encodeToString(authorityPem.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Serves a path by one's own code, without registering it: a review comes in as JSON, a review goes out.
     *
     * @return the path's address, for one's own configuration
     */
    public String serve(String path, UnaryOperator<String> handler) {
        handle(path, handler);
        return url(path);
    }

    private void handle(String path, UnaryOperator<String> handler) {
        server.createContext(path, exchange -> {
            try (exchange) {
                answer(exchange, handler);
            }
        });
    }

    private static void answer(HttpExchange exchange, UnaryOperator<String> handler) throws IOException {
        int code = 200;
        String text;
        try {
            text = handler.apply(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.getResponseHeaders().set("Content-Type", "application/json");
        } catch (JsonException e) {
            code = 400;
            text = e.getMessage();
        } catch (RuntimeException | AssertionError e) {
            code = 500;
            text = e.toString();
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(code, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /**
     * Registers a validating webhook under a name and serves it. The API server asks it once this returns. A second one
     * of the same name takes the first one's place.
     *
     * @param resources which requests it is asked about
     * @param decision allows or denies
     */
    public void validating(String name, WebhookRule resources, Function<AdmissionRequest, AdmissionAnswer> decision) {
        register("ValidatingWebhookConfiguration", name, resources, decision);
    }

    /** Registers a mutating webhook, like {@link #validating}; {@link AdmissionAnswer#change} changes the object. */
    public void mutating(String name, WebhookRule resources, Function<AdmissionRequest, AdmissionAnswer> decision) {
        register("MutatingWebhookConfiguration", name, resources, decision);
    }

    private void register(
            String kind, String name, WebhookRule resources, Function<AdmissionRequest, AdmissionAnswer> decision) {
        String path = "/" + kind.toLowerCase(java.util.Locale.ROOT) + "/" + name;
        try {
            server.removeContext(path);
        } catch (IllegalArgumentException e) {
            // the first one of this name
        }
        handle(path, body -> review(body, decision));
        registration.admission(kind, name, resources, url(path), caBundle());
    }

    private static String review(String body, Function<AdmissionRequest, AdmissionAnswer> decision) {
        Map<String, Object> review = Json.parseObject(body);
        AdmissionRequest request = new AdmissionRequest(Trees.map(review, "request"));
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("apiVersion", review.get("apiVersion"));
        answer.put("kind", review.get("kind"));
        answer.put("response", decision.apply(request).response(request));
        return Json.writeString(answer);
    }

    /**
     * Lets a custom resource's versions be converted by the test.
     *
     * @param definition name of the CustomResourceDefinition, which must exist
     * @param conversion turns an object into the one of the wanted {@code apiVersion}; metadata but labels and annotations
     *     must stay
     */
    public void converting(String definition, Conversion conversion) {
        String path = "/convert/" + definition;
        handle(path, body -> converted(body, conversion));
        registration.conversion(definition, url(path), caBundle());
    }

    /** Turns one version of a custom resource into another. */
    @FunctionalInterface
    public interface Conversion {
        /** @param object a tree, which may be changed and given back */
        Map<String, Object> convert(Map<String, Object> object, String wantedApiVersion);
    }

    private static String converted(String body, Conversion conversion) {
        Map<String, Object> review = Json.parseObject(body);
        String wanted = Trees.string(review, "request", "desiredAPIVersion");
        List<Object> objects = Trees.list(review, "request", "objects").stream()
                .map(object -> {
                    Map<String, Object> result = conversion.convert(Trees.map(object), wanted);
                    result.put("apiVersion", wanted);
                    return (Object) result;
                })
                .toList();
        Map<String, Object> response = new LinkedHashMap<>();
        response.put("uid", Trees.string(review, "request", "uid"));
        response.put("convertedObjects", objects);
        response.put("result", Map.of("status", "Success"));
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("apiVersion", review.get("apiVersion"));
        answer.put("kind", "ConversionReview");
        answer.put("response", response);
        return Json.writeString(answer);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
