package io.k8j.e2e.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.k8j.e2e.images.ImageStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Serves the images of a store by the pull side of the <a
 * href="https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md">OCI distribution API</a> over plain
 * HTTP on loopback, as the repositories of one registry. Many clients may pull at once.
 */
public final class TestRegistry implements AutoCloseable {
    private static final Pattern ROUTE =
            Pattern.compile("/v2/(?<name>[a-z0-9._/-]+)/(?<what>manifests|blobs|tags)/(?<reference>[^/]+)");

    private final ImageStore store;
    private final String host;
    private final HttpServer server;
    private final ExecutorService workers;
    private final Queue<String> requests = new ConcurrentLinkedQueue<>();

    private record Answer(int status, String contentType, String digest, byte[] body) {
        static Answer error(int status, String code, String message) {
            var errors = JsonMapper.shared().createObjectNode();
            errors.putArray("errors")
                    .addObject()
                    .put("code", code)
                    .put("message", message)
                    .putObject("detail");
            return new Answer(
                    status, "application/json", null, JsonMapper.shared().writeValueAsBytes(errors));
        }
    }

    private TestRegistry(ImageStore store, String host, HttpServer server, ExecutorService workers) {
        this.store = store;
        this.host = host;
        this.server = server;
        this.workers = workers;
    }

    /**
     * Starts a registry on a free port of 127.0.0.1.
     *
     * @param host the registry whose images are served, for example {@code docker.io}
     */
    public static TestRegistry start(ImageStore store, String host) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 64);
        var workers = Executors.newVirtualThreadPerTaskExecutor();
        var registry = new TestRegistry(store, host, server, workers);
        server.setExecutor(workers);
        server.createContext("/", registry::handle);
        server.start();
        return registry;
    }

    /** The base address, without a slash at the end. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Method and path of all requests so far, in order of arrival. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    /**
     * Writes {@code <directory>/<host>/hosts.toml}, so that a containerd with this directory as {@code config_path}
     * pulls from here and nowhere else.
     */
    public void writeHostsToml(Path directory) throws IOException {
        Path file = directory.resolve(host).resolve("hosts.toml");
        Files.createDirectories(file.getParent());
        Files.writeString(file, """
                server = "%1$s"

                [host."%1$s"]
                  capabilities = ["pull", "resolve"]
                """.formatted(url()));
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            requests.add(exchange.getRequestMethod() + " " + path);
            exchange.getRequestBody().readAllBytes();
            Answer answer = answer(exchange.getRequestMethod(), path);
            var headers = exchange.getResponseHeaders();
            headers.set("Docker-Distribution-Api-Version", "registry/2.0");
            headers.set("Content-Type", answer.contentType());
            if (answer.digest() != null) {
                headers.set("Docker-Content-Digest", answer.digest());
                headers.set("Etag", '"' + answer.digest() + '"');
            }
            if (exchange.getRequestMethod().equals("HEAD")) {
                headers.set("Content-Length", Integer.toString(answer.body().length));
                exchange.sendResponseHeaders(answer.status(), -1);
            } else {
                exchange.sendResponseHeaders(answer.status(), answer.body().length == 0 ? -1 : answer.body().length);
                exchange.getResponseBody().write(answer.body());
            }
        }
    }

    private Answer answer(String method, String path) throws IOException {
        if (!method.equals("GET") && !method.equals("HEAD")) {
            return Answer.error(405, "UNSUPPORTED", "The operation is unsupported.");
        }
        if (path.equals("/v2/") || path.equals("/v2")) {
            return new Answer(200, "application/json", null, "{}".getBytes(StandardCharsets.UTF_8));
        }
        Matcher route = ROUTE.matcher(path);
        if (!route.matches()) {
            return new Answer(404, "text/plain", null, "404 page not found\n".getBytes(StandardCharsets.UTF_8));
        }
        String name = route.group("name");
        String repository = host + "/" + name + ":";
        List<String> tags = store.references().stream()
                .filter(r -> r.startsWith(repository))
                .map(r -> r.substring(repository.length()))
                .toList();
        if (tags.isEmpty()) {
            return Answer.error(404, "NAME_UNKNOWN", "repository name not known to registry");
        }
        String reference = route.group("reference");
        return switch (route.group("what")) {
            case "manifests" -> manifest(repository, reference, tags);
            case "blobs" -> blob(reference);
            default -> tagList(name, reference, tags);
        };
    }

    private Answer manifest(String repository, String reference, List<String> tags) throws IOException {
        Optional<ImageStore.Descriptor> manifest = reference.startsWith("sha256:")
                ? tags.stream()
                        .flatMap(tag -> store.find(repository + tag).stream())
                        .filter(m -> m.digest().equals(reference))
                        .findFirst()
                : store.find(repository + reference);
        if (manifest.isEmpty()) {
            return Answer.error(404, "MANIFEST_UNKNOWN", "manifest unknown");
        }
        byte[] content = Files.readAllBytes(store.blob(manifest.get().digest()));
        return new Answer(200, manifest.get().mediaType(), manifest.get().digest(), content);
    }

    private Answer blob(String digest) throws IOException {
        if (!digest.matches("sha256:[0-9a-f]{64}")) {
            return Answer.error(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
        }
        Path file = store.blob(digest);
        return Files.exists(file)
                ? new Answer(200, "application/octet-stream", digest, Files.readAllBytes(file))
                : Answer.error(404, "BLOB_UNKNOWN", "blob unknown to registry");
    }

    private static Answer tagList(String name, String reference, List<String> tags) {
        if (!reference.equals("list")) {
            return new Answer(404, "text/plain", null, "404 page not found\n".getBytes(StandardCharsets.UTF_8));
        }
        JsonNode list = JsonMapper.shared().valueToTree(Map.of("name", name, "tags", tags));
        return new Answer(200, "application/json", null, JsonMapper.shared().writeValueAsBytes(list));
    }

    @Override
    public void close() {
        server.stop(0);
        workers.close();
    }
}
