package io.k8j.client.https;

import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.TransportException;
import io.k8j.model.api.Verb;
import io.k8j.model.api.WatchListener;
import io.k8j.model.resource.GroupVersionResource;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import tools.jackson.core.JacksonException;

/**
 * Reaches an API server over HTTPS. Calls share one HTTP/2 connection; each watch has an HTTP/1.1 connection of its own,
 * so that a slow watcher holds up nobody and no limit of streams is met.
 */
public final class HttpsTransport implements ApiTransport {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);
    private static final Duration CALL_LIMIT = Duration.ofSeconds(60);
    private static final int WATCH_SECONDS = 300;
    private static final Pattern WARNING = Pattern.compile("^299 \\S+ \"((?:[^\"\\\\]|\\\\.)*)\"");

    private final ServerAccess access;
    private final String agent;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient calls;
    private final HttpClient watches;
    private final RestClientMetrics metrics;

    /** @param agent the program's name, which the server logs and takes as field manager where none is named */
    public HttpsTransport(ServerAccess access, String agent) {
        this.access = access;
        this.agent = agent;
        this.metrics = new RestClientMetrics();
        boolean tls = "https".equals(access.server().getScheme());
        SSLContext context = tls ? TlsContexts.of(access) : null;
        this.calls = client(context, tls ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1);
        this.watches = client(context, HttpClient.Version.HTTP_1_1);
    }

    private HttpClient client(SSLContext context, HttpClient.Version version) {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(version)
                .connectTimeout(CONNECT_LIMIT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .executor(executor);
        if (context != null) {
            builder.sslContext(context);
        }
        return builder.build();
    }

    @Override
    public ApiResponse call(ApiCall call) {
        HttpResponse<byte[]> response =
                send(calls, request(call).timeout(CALL_LIMIT).build(), HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() >= 300) {
            throw refusal(response.statusCode(), response.body());
        }
        List<String> warnings = warnings(response);
        if (call.verb() == Verb.LIST || call.verb() == Verb.DELETECOLLECTION) {
            ApiResponse.ApiList list = JsonSlices.list(response.body()).orElse(null);
            if (list != null) {
                return new ApiResponse(response.statusCode(), null, list, warnings);
            }
        }
        return new ApiResponse(response.statusCode(), ApiObject.ofJson(response.body()), null, warnings);
    }

    /**
     * Gets a document that is no resource, such as {@code /version} or {@code /apis}.
     *
     * @param path with a leading slash
     */
    public byte[] document(String path) {
        return document(prepared(URI.create(access.server() + path)).GET());
    }

    /**
     * Puts JSON at a path that is no resource; answers what the server answers.
     *
     * @param path with a leading slash
     */
    public byte[] putDocument(String path, byte[] json) {
        return document(prepared(URI.create(access.server() + path))
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofByteArray(json)));
    }

    private byte[] document(HttpRequest.Builder prepared) {
        HttpRequest request = prepared.timeout(CALL_LIMIT).build();
        HttpResponse<byte[]> response = send(calls, request, HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() >= 300) {
            throw refusal(response.statusCode(), response.body());
        }
        return response.body();
    }

    @Override
    public void writeMetrics(StringBuilder out) {
        metrics.write(out);
    }

    @Override
    public Watch watch(ApiCall call, WatchListener listener) {
        HttpResponse<InputStream> response =
                send(watches, request(call).build(), HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() >= 300) {
            try (InputStream body = response.body()) {
                throw refusal(response.statusCode(), body.readAllBytes());
            } catch (IOException e) {
                throw new TransportException("read answer of " + access.server() + ": " + e.getMessage(), e);
            }
        }
        InputStream body = response.body();
        AtomicBoolean closed = new AtomicBoolean();
        Thread.ofVirtual()
                .name("watch-" + call.resource().qualified())
                .start(() -> WatchLines.read(body, listener, closed));
        return () -> {
            if (closed.compareAndSet(false, true)) {
                try {
                    body.close();
                } catch (IOException e) {
                    // it is over, one way or the other
                }
            }
        };
    }

    private <T> HttpResponse<T> send(HttpClient client, HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        long begin = System.nanoTime();
        try {
            HttpResponse<T> response = client.send(request, handler);
            metrics.answered(request, response, System.nanoTime() - begin);
            return response;
        } catch (IOException e) {
            metrics.failed(request, System.nanoTime() - begin);
            throw new TransportException(
                    "%s %s: %s".formatted(request.method(), request.uri().getPath(), e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TransportException(
                    "%s %s: interrupted"
                            .formatted(request.method(), request.uri().getPath()),
                    e);
        }
    }

    private HttpRequest.Builder prepared(URI uri) {
        HttpRequest.Builder builder =
                HttpRequest.newBuilder(uri).header("User-Agent", agent).header("Accept", "application/json");
        access.token().get().ifPresent(token -> builder.header("Authorization", "Bearer " + token));
        return builder;
    }

    private HttpRequest.Builder request(ApiCall call) {
        HttpRequest.Builder builder = prepared(URI.create(access.server() + path(call) + query(call)));
        HttpRequest.BodyPublisher body = HttpRequest.BodyPublishers.noBody();
        if (call.body() != null) {
            builder.header("Content-Type", call.contentType() == null ? "application/json" : call.contentType());
            body = HttpRequest.BodyPublishers.ofString(ApiObject.writeJson(call.body()));
        }
        return builder.method(method(call.verb()), body);
    }

    private static String method(Verb verb) {
        return switch (verb) {
            case GET, LIST, WATCH -> "GET";
            case CREATE -> "POST";
            case UPDATE -> "PUT";
            case PATCH -> "PATCH";
            case DELETE, DELETECOLLECTION -> "DELETE";
        };
    }

    static String path(ApiCall call) {
        GroupVersionResource resource = call.resource();
        StringBuilder path = new StringBuilder(
                resource.group().isEmpty() ? "/api/" + resource.version() : "/apis/" + resource.apiVersion());
        if (!call.namespace().isEmpty()) {
            path.append("/namespaces/").append(encode(call.namespace()));
        }
        path.append('/').append(resource.resource());
        if (!call.name().isEmpty()) {
            path.append('/').append(encode(call.name()));
        }
        if (!call.subresource().isEmpty()) {
            path.append('/').append(call.subresource());
        }
        return path.toString();
    }

    private static String query(ApiCall call) {
        Map<String, String> parameters = new TreeMap<>(call.query());
        if (call.verb() == Verb.WATCH) {
            parameters.put("watch", "true");
            // A connection that died without a word is noticed when its time is over.
            parameters.putIfAbsent(
                    "timeoutSeconds",
                    Integer.toString(WATCH_SECONDS + ThreadLocalRandom.current().nextInt(WATCH_SECONDS)));
        }
        List<String> parts = new ArrayList<>();
        parameters.forEach((key, value) -> parts.add(encode(key) + "=" + encode(value)));
        return parts.isEmpty() ? "" : "?" + String.join("&", parts);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static ApiException refusal(int code, byte[] body) {
        try {
            Map<String, Object> status = ApiObject.ofJson(body).tree();
            if ("Status".equals(status.get("kind"))) {
                return ApiException.fromStatus(code, status);
            }
        } catch (JacksonException e) {
            // not the API server's own words: a proxy in between
        }
        String text = new String(body, StandardCharsets.UTF_8).strip();
        String reason = switch (code) {
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "NotFound";
            case 429 -> "TooManyRequests";
            case 503 -> "ServiceUnavailable";
            case 504 -> "Timeout";
            default -> code >= 500 ? "InternalError" : "Unknown";
        };
        return new ApiException(code, reason, text.isEmpty() ? "the server answered " + code : text, null);
    }

    private static List<String> warnings(HttpResponse<?> response) {
        List<String> warnings = new ArrayList<>();
        for (String header : response.headers().allValues("warning")) {
            Matcher matcher = WARNING.matcher(header);
            if (matcher.find()) {
                warnings.add(matcher.group(1).replaceAll("\\\\(.)", "$1"));
            }
        }
        return List.copyOf(warnings);
    }

    /** Ends all watches and connections. */
    @Override
    public void close() {
        calls.shutdownNow();
        watches.shutdownNow();
        executor.shutdownNow();
    }
}
