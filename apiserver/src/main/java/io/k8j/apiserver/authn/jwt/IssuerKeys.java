package io.k8j.apiserver.authn.jwt;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import io.k8j.apiserver.http.HttpsClients;
import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The public keys of an issuer, fetched when they are first needed and again when a token names one that is not known.
 * However many strange tokens come, the issuer is asked at most once in ten seconds. Safe for all threads.
 */
final class IssuerKeys implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IssuerKeys.class);
    private static final Duration PAUSE = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final long LARGEST_ANSWER = 1 << 20;

    private final String url;
    private final String discoveryUrl;
    private final InstantSource clock;
    private final HttpClient http;
    private volatile JWKSet keys; // null until they were fetched
    private Instant asked = Instant.MIN; // guarded by this

    /**
     * Of an issuer.
     *
     * @param discoveryUrl where it tells of itself; empty for the usual place
     * @param authorities of its certificate
     */
    IssuerKeys(String url, String discoveryUrl, List<X509Certificate> authorities, InstantSource clock) {
        this.url = url;
        this.discoveryUrl = discoveryUrl;
        this.clock = clock;
        this.http = HttpsClients.trusting(authorities);
    }

    /**
     * The keys that may have signed a token.
     *
     * @throws JwtException while the issuer has not been reached yet
     */
    List<JWK> matching(JWSHeader header) throws JwtException {
        JWKSelector wanted = new JWKSelector(JWKMatcher.forJWSHeader(header));
        JWKSet known = keys;
        List<JWK> found = known == null ? List.of() : wanted.select(known);
        if (found.isEmpty()) {
            known = refresh(known);
            found = known == null ? List.of() : wanted.select(known);
        }
        if (known == null) {
            throw new JwtException("oidc: authenticator not initialized");
        }
        return found;
    }

    private synchronized JWKSet refresh(JWKSet seen) {
        Instant now = clock.instant();
        if (keys != seen || (!asked.equals(Instant.MIN) && now.isBefore(asked.plus(PAUSE)))) {
            return keys; // somebody else was here meanwhile
        }
        asked = now;
        try {
            keys = fetch();
        } catch (IOException | ParseException | JsonException | IllegalArgumentException e) {
            LOG.atWarn().addKeyValue("issuer", url).log("keys of a token issuer: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return keys;
    }

    private JWKSet fetch() throws IOException, InterruptedException, ParseException {
        String own = url.replaceAll("/$", "") + "/.well-known/openid-configuration";
        Map<String, Object> configuration = Json.parseObject(get(discoveryUrl.isEmpty() ? own : discoveryUrl));
        if (!url.equals(configuration.get("issuer"))) {
            throw new IOException(
                    "oidc: issuer did not match the issuer returned by provider, expected \"%s\" got \"%s\""
                            .formatted(url, configuration.get("issuer")));
        }
        if (!(configuration.get("jwks_uri") instanceof String uri) || !uri.startsWith("https://")) {
            throw new IOException("provider did not return JWKS URL");
        }
        return JWKSet.parse(new String(get(uri), StandardCharsets.UTF_8));
    }

    private byte[] get(String url) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .timeout(TIMEOUT)
                .header("Accept", "application/json")
                .build();
        HttpResponse<byte[]> answer = http.send(
                request, HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), LARGEST_ANSWER));
        if (answer.statusCode() != 200) {
            throw new IOException("get %s: status %d".formatted(url, answer.statusCode()));
        }
        return answer.body();
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
