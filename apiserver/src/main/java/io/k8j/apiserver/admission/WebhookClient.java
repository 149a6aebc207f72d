package io.k8j.apiserver.admission;

import io.k8j.apiserver.validation.Place;
import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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

    private final AdmissionServices.ServiceResolver services;
    private final Map<List<String>, HttpClient> clients = new ConcurrentHashMap<>();

    /** Makes a client; webhooks that name Services are found by the resolver. */
    public WebhookClient(AdmissionServices.ServiceResolver services) {
        this.services = services;
    }

    /**
     * Sends a review and reads the answer.
     *
     * @throws IOException with upstream's words for what went wrong
     */
    public Map<String, Object> post(Place config, Map<String, Object> review, Duration timeout) throws IOException {
        URI named = name(config);
        URI target = named;
        if (config.field("service").present()) {
            URI endpoint = services.resolve(
                    config.at("service", "namespace").text(),
                    config.at("service", "name").text(),
                    (int) config.at("service", "port").number(443));
            target = endpoint.resolve(named.getRawPath().isEmpty() ? "/" : named.getRawPath());
        }
        String shown = "Post \"" + named + "?timeout=" + timeout.toSeconds() + "s\": ";
        HttpRequest request = HttpRequest.newBuilder(URI.create(target + "?timeout=" + timeout.toSeconds() + "s"))
                .timeout(timeout)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, */*")
                .POST(HttpRequest.BodyPublishers.ofByteArray(Json.write(review)))
                .build();
        try {
            HttpResponse<byte[]> response =
                    client(config, named.getHost()).send(request, HttpResponse.BodyHandlers.ofByteArray());
            if (response.statusCode() < 200 || response.statusCode() >= 300) {
                throw new IOException(
                        "the server rejected our request for an unknown reason (" + response.statusCode() + ")");
            }
            return Json.parseObject(response.body());
        } catch (HttpTimeoutException e) {
            throw new IOException(shown + "context deadline exceeded", e);
        } catch (JsonException e) {
            throw new IOException("couldn't get version/kind; json parse error: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(shown + "context canceled", e);
        } catch (IOException e) {
            throw e.getMessage() != null && e.getMessage().startsWith("the server rejected")
                    ? e
                    : new IOException(shown + e.getMessage(), e);
        }
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

    private HttpClient client(Place config, String host) throws IOException {
        String bundle = config.text("caBundle");
        if (clients.size() > MAX_CLIENTS) {
            clients.clear(); // bundles are rotated; their old clients end when nobody uses them
        }
        HttpClient known = clients.get(List.of(bundle, host));
        if (known != null) {
            return known;
        }
        try {
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, new TrustManager[] {new NamedTrust(trust(bundle), host)}, null);
            HttpClient made = HttpClient.newBuilder()
                    .sslContext(tls)
                    .version(HttpClient.Version.HTTP_2)
                    .connectTimeout(Duration.ofSeconds(10))
                    .build();
            clients.put(List.of(bundle, host), made);
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
