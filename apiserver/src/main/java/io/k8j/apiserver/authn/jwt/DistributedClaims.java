package io.k8j.apiserver.authn.jwt;

import com.nimbusds.jwt.SignedJWT;
import io.k8j.apiserver.http.HttpsClients;
import io.k8j.model.json.JsonException;
import io.k8j.model.json.Trees;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.text.ParseException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Fetches a claim that a token only points to, because it was too long for it: another token has it, from an address that the
 * first one names. Blocks for as long as that takes. Safe for all threads.
 *
 * @see <a href="https://openid.net/specs/openid-connect-core-1_0.html#AggregatedDistributedClaims">OpenID Connect Core
 *     5.6.2</a>
 */
final class DistributedClaims implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final long LARGEST_ANSWER = 1 << 20;
    /** So many issuers of such claims are remembered; whoever brings more of them waits longer. */
    private static final int MOST_ISSUERS = 64;

    private final String claim;
    private final TokenCheck check;
    private final List<X509Certificate> authorities;
    private final InstantSource clock;
    private final HttpClient http;
    private final Map<String, IssuerKeys> issuers = new ConcurrentHashMap<>();

    /**
     * @param claim the one that is looked for
     * @param check which the fetched token must pass, too
     */
    DistributedClaims(String claim, TokenCheck check, List<X509Certificate> authorities, InstantSource clock) {
        this.claim = claim;
        this.check = check;
        this.authorities = authorities;
        this.clock = clock;
        this.http = HttpsClients.trusting(authorities);
    }

    /** Adds the claim if the token has it elsewhere. */
    void expand(Map<String, Object> claims) throws JwtException {
        if (claims.containsKey(claim) || !claims.containsKey("_claim_names")) {
            return;
        }
        try {
            Map<String, Object> source = source(claims);
            if (source == null || !(source.get("endpoint") instanceof String endpoint) || endpoint.isEmpty()) {
                return; // another claim, or one that came along
            }
            claims.put(claim, fetched(endpoint, source.get("access_token")));
        } catch (JwtException e) {
            throw new JwtException("oidc: could not expand distributed claims: " + e.getMessage());
        }
    }

    private Map<String, Object> source(Map<String, Object> claims) throws JwtException {
        if (!(claims.get("_claim_names") instanceof Map<?, ?> names)) {
            throw new JwtException("oidc: error parsing distributed claim names: not an object");
        }
        if (!claims.containsKey("_claim_sources")) {
            throw new JwtException("oidc: no claim sources");
        }
        if (!(claims.get("_claim_sources") instanceof Map<?, ?> sources)) {
            throw new JwtException("oidc: could not parse claim sources: not an object");
        }
        Object name = names.get(claim);
        if (name == null) {
            return null;
        }
        if (!(sources.get(name) instanceof Map<?, ?> source)) {
            throw new JwtException(
                    "id token _claim_names contained a source %s missing in _claims_sources".formatted(name));
        }
        return Trees.asMap(source);
    }

    private Object fetched(String endpoint, Object accessToken) throws JwtException {
        String start = "while getting distributed claim \"%s\": ".formatted(claim);
        try {
            SignedJWT token = SignedJWT.parse(get(endpoint, accessToken).strip());
            String issuer = token.getJWTClaimsSet().getIssuer();
            if (issuer == null || !issuer.startsWith("https://")) {
                throw new JwtException(
                        "getting untrusted issuer from endpoint %s failed for claim \"%s\"".formatted(endpoint, claim));
            }
            Map<String, Object> claims = check.claims(token, keys(issuer));
            if (!claims.containsKey(claim)) {
                throw new JwtException("jwt returned by distributed claim endpoint %s did not contain claim: %s"
                        .formatted(endpoint, claim));
            }
            return claims.get(claim);
        } catch (IOException | ParseException | JsonException | IllegalArgumentException e) {
            throw new JwtException(start + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JwtException(start + "interrupted");
        }
    }

    private IssuerKeys keys(String issuer) {
        if (issuers.size() >= MOST_ISSUERS && !issuers.containsKey(issuer)) {
            issuers.values().forEach(IssuerKeys::close);
            issuers.clear();
        }
        return issuers.computeIfAbsent(issuer, url -> new IssuerKeys(url, "", authorities, clock));
    }

    private String get(String endpoint, Object accessToken) throws IOException, InterruptedException {
        URI address = URI.create(endpoint);
        if (!"https".equals(address.getScheme())) {
            throw new IOException("endpoint %s: must be https".formatted(endpoint));
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(TIMEOUT);
        if (accessToken instanceof String bearer && !bearer.isEmpty()) {
            request.header("Authorization", "Bearer " + bearer);
        }
        HttpResponse<byte[]> answer = http.send(
                request.build(),
                HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), LARGEST_ANSWER));
        if (answer.statusCode() < 200 || answer.statusCode() > 299) {
            throw new IOException("error while getting distributed claim JWT: %d".formatted(answer.statusCode()));
        }
        return new String(answer.body(), StandardCharsets.US_ASCII);
    }

    @Override
    public void close() {
        http.shutdownNow();
        issuers.values().forEach(IssuerKeys::close);
    }
}
