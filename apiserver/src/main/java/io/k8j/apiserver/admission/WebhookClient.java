package io.k8j.apiserver.admission;

import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.GoQuote;
import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import io.k8j.model.json.Trees;
import io.k8j.model.yaml.Yaml;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Posts reviews to webhooks over HTTPS. A webhook that a Service stands for is reached at one of its endpoints but must
 * show a certificate for {@code name.namespace.svc}. Safe for all threads; a call blocks until it is answered.
 */
public final class WebhookClient {
    private static final int MAX_CLIENTS = 256;
    private static final long MAX_ANSWER = 16L << 20;

    private final AdmissionServices.ServiceResolver services;
    private final HookUsers users;
    private final Map<List<Object>, HttpClient> clients = new ConcurrentHashMap<>();

    private static final String NO_OBJECT =
            "couldn't get version/kind; json parse error: json: cannot unmarshal %s into Go value of type struct {"
                    + " APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string"
                    + " \"json:\\\"kind,omitempty\\\"\" }";

    /**
     * Makes a client.
     *
     * @param services finds webhooks that name Services
     * @param users as whom they are asked
     */
    public WebhookClient(AdmissionServices.ServiceResolver services, HookUsers users) {
        this.services = services;
        this.users = users;
    }

    /**
     * Sends a review and reads the answer.
     *
     * @throws IOException with upstream's words for what went wrong
     */
    public Map<String, Object> post(Place config, Map<String, Object> review, Duration timeout) throws IOException {
        URI named = name(config);
        String query = "?timeout=" + timeout.toSeconds() + "s";
        String shown = "Post \"" + named + query + "\": ";
        try {
            URI target = named;
            if (config.field("service").present()) {
                URI endpoint = services.resolve(
                        config.at("service", "namespace").text(),
                        config.at("service", "name").text(),
                        (int) config.at("service", "port").number(443));
                target = endpoint.resolve(named.getRawPath().isEmpty() ? "/" : named.getRawPath());
            }
            HookUsers.User user = users.of(address(named));
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(target + query))
                    .timeout(timeout)
                    .header("Content-Type", "application/json")
                    .header("Accept", "application/json, */*")
                    .header("User-Agent", "kube-apiserver-admission")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(Json.write(review)));
            user.authorization().get().ifPresent(value -> request.header("Authorization", value));
            user.headers().forEach((name, values) -> values.forEach(value -> request.header(name, value)));
            HttpResponse<byte[]> answer = send(client(config, named.getHost(), user), request.build(), timeout);
            if (answer.statusCode() == 401) user.refused().run();
            return read(answer);
        } catch (CallException e) {
            throw e;
        } catch (HttpTimeoutException | TimeoutException e) {
            throw new IOException(shown + "context deadline exceeded", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(shown + "context canceled", e);
        } catch (IOException e) {
            throw new IOException(shown + words(e, named), e);
        } catch (UncheckedIOException e) { // of a file or program that gives credentials
            throw new IOException(shown + e.getMessage(), e);
        }
    }

    /** The body counts against the time limit as well, or a webhook could hold a request by sending slowly. */
    private static HttpResponse<byte[]> send(HttpClient client, HttpRequest request, Duration timeout)
            throws IOException, InterruptedException, TimeoutException {
        CompletableFuture<HttpResponse<byte[]>> answer = client.sendAsync(
                request, HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), MAX_ANSWER));
        try {
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) throw cause;
            throw new IOException(String.valueOf(e.getCause()), e);
        } finally {
            answer.cancel(true);
        }
    }

    private static Map<String, Object> read(HttpResponse<byte[]> response) throws CallException {
        int code = response.statusCode();
        String type = response.headers().firstValue("Content-Type").orElse("");
        if (code < 200 || code > 206) throw refused(code, response.body(), type);
        if (response.body().length == 0) {
            throw new CallException(
                    "0-length response with status code: %d and content type: %s".formatted(code, type), 503);
        }
        try {
            // Upstream tries all forms that it knows, whatever the header says.
            boolean json = response.body()[0] == '{';
            Object answer = json ? Json.parse(response.body()) : Yaml.parse(response.body());
            if (answer == null) return new LinkedHashMap<>();
            if (answer instanceof Map<?, ?> map) return Trees.asMap(map);
            throw new CallException(NO_OBJECT.formatted(goType(answer)), 503);
        } catch (JsonException e) {
            throw new CallException("couldn't get version/kind; json parse error: " + e.getMessage(), 503);
        }
    }

    private static String goType(Object value) {
        return value instanceof List<?> ? "array" : value instanceof String ? "string" : "number";
    }

    /** What is thrown for an answer that is none. */
    private static final class CallException extends IOException {
        private static final long serialVersionUID = 1L;
        private final int code;

        CallException(String message, int code) {
            super(message);
            this.code = code;
        }
    }

    /** The code that stands for a failed call in metrics. */
    public static int codeOf(IOException failure) {
        return failure instanceof CallException call ? call.code : 503;
    }

    private static CallException refused(int code, byte[] body, String type) {
        // What is no text might be anything, which nobody should have to read.
        boolean text = type.isEmpty() || type.startsWith("text/");
        String shown = text ? new String(body, StandardCharsets.UTF_8).strip() : "unknown";
        try {
            Map<String, Object> status = Json.parseObject(body);
            if ("Status".equals(status.get("kind")) && status.get("message") instanceof String message) {
                return new CallException(message, code);
            }
        } catch (JsonException e) {
            return new CallException(words(code, shown), code);
        }
        return new CallException(words(code, shown), code);
    }

    /** Upstream's client has these words for answers that are no Status. */
    private static String words(int code, String body) {
        return switch (code) {
            case 400 -> "the server rejected our request for an unknown reason";
            case 401 -> "the server has asked for the client to provide credentials";
            case 403, 415 -> body;
            case 404 -> "the server could not find the requested resource";
            case 405 -> "the server does not allow this method on the requested resource";
            case 406 ->
                body.isEmpty() ? "the server was unable to respond with a content type that the client supports" : body;
            case 409 -> "the server reported a conflict";
            case 422 -> "the server rejected our request due to an error in our request";
            case 429 -> "the server has received too many requests and has asked us to try again later";
            case 503 -> "the server is currently unable to handle the request";
            case 504 ->
                "the server was unable to return a response in the time allotted, but may still be processing the"
                        + " request";
            default ->
                code >= 500
                        ? "an error on the server (" + GoQuote.quote(body)
                                + ") has prevented the request from succeeding"
                        : "the server responded with the status code " + code + " but did not return more information";
        };
    }

    /** Go's words for what keeps a connection from coming to be. */
    private static String words(IOException failure, URI target) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException c
                    && String.valueOf(c.getMessage()).startsWith("tls:")) {
                return c.getMessage();
            }
            if (cause instanceof CertPathBuilderException || cause instanceof CertPathValidatorException) {
                return "tls: failed to verify certificate: x509: certificate signed by unknown authority";
            }
            if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
                return "dial tcp: lookup " + target.getHost() + ": no such host";
            }
        }
        if (failure instanceof ConnectException) {
            int port = target.getPort() < 0 ? 443 : target.getPort();
            return "dial tcp " + target.getHost() + ":" + port + ": connect: connection refused";
        }
        return failure.getMessage() == null ? "EOF" : failure.getMessage();
    }

    private static URI name(Place config) throws IOException {
        Place service = config.field("service");
        try {
            if (service.absent()) {
                return URI.create(config.text("url"));
            }
            String path = service.text("path");
            return URI.create("https://%s.%s.svc:%d%s"
                    .formatted(
                            service.text("name"),
                            service.text("namespace"),
                            service.field("port").number(443),
                            path.isEmpty() || path.startsWith("/") ? path : "/" + path));
        } catch (IllegalArgumentException e) {
            throw new IOException("parse webhook address: " + e.getMessage(), e);
        }
    }

    /** Host and port, as users are named by. */
    private static String address(URI target) {
        return target.getHost() + ":" + (target.getPort() < 0 ? 443 : target.getPort());
    }

    private HttpClient client(Place config, String host, HookUsers.User user) throws IOException {
        String bundle = config.text("caBundle");
        if (clients.size() > MAX_CLIENTS) {
            clients.clear(); // bundles are rotated; their old clients end when nobody uses them
        }
        HttpClient known = clients.get(List.of(bundle, host, user));
        if (known != null) {
            return known;
        }
        try {
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(
                    user.keys().toArray(KeyManager[]::new),
                    new TrustManager[] {new NamedTrust(trust(bundle), host)},
                    null);
            HttpClient made = HttpClient.newBuilder()
                    .sslContext(tls)
                    .version(HttpClient.Version.HTTP_1_1) // a connection each, so that many endpoints share the load
                    .connectTimeout(Duration.ofSeconds(10))
                    .build();
            clients.put(List.of(bundle, host, user), made);
            return made;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException("unable to load root certificates: " + e.getMessage(), e);
        }
    }

    private static X509TrustManager trust(String bundle) throws GeneralSecurityException, IOException {
        KeyStore store = null;
        if (!bundle.isEmpty()) {
            store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            Collection<? extends Certificate> authorities = CertificateFactory.getInstance("X.509")
                    .generateCertificates(
                            new ByteArrayInputStream(Base64.getDecoder().decode(bundle)));
            int i = 0;
            for (Certificate authority : authorities) {
                store.setCertificateEntry("ca" + i++, authority);
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager found) {
                return found;
            }
        }
        throw new GeneralSecurityException("no X.509 trust manager");
    }

    /** Trusts certificates of the bundle that were made out to the name, whatever address was dialled. */
    private static final class NamedTrust extends X509ExtendedTrustManager {
        private final X509TrustManager authorities;
        private final String host;

        NamedTrust(X509TrustManager authorities, String host) {
            this.authorities = authorities;
            this.host = host;
        }

        private void check(X509Certificate[] chain, String type) throws CertificateException {
            authorities.checkServerTrusted(chain, type);
            Collection<List<?>> names = chain[0].getSubjectAlternativeNames();
            if (names == null || names.stream().noneMatch(n -> matches(n.get(0), String.valueOf(n.get(1))))) {
                throw new CertificateException(
                        "tls: failed to verify certificate: x509: certificate is not valid for " + host);
            }
        }

        private boolean matches(Object kind, String name) {
            String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
            if (kind.equals(7)) {
                return name.equals(bare);
            }
            String pattern = name.toLowerCase(Locale.ROOT);
            String wanted = bare.toLowerCase(Locale.ROOT);
            int dot = wanted.indexOf('.');
            return kind.equals(2)
                    && (pattern.equals(wanted)
                            || pattern.startsWith("*.")
                                    && dot > 0
                                    && wanted.substring(dot).equals(pattern.substring(1)));
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            check(chain, type);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            check(chain, type);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            check(chain, type);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("not a server");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            throw new CertificateException("not a server");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("not a server");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return authorities.getAcceptedIssuers();
        }
    }
}
