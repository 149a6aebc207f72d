package io.k8j.apiserver.authn;

import com.nimbusds.jwt.JWTClaimsSet;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.ApiObject;
import io.k8j.model.resource.GroupVersionResource;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * ServiceAccount tokens: issues bound tokens, and recognises bound and legacy ones. A token dies with its account, and a
 * bound one with its Pod, Secret or Node.
 *
 * @see <a href="https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/">Managing Service
 *     Accounts</a>
 */
public final class ServiceAccountTokens implements Authenticator {
    private static final GroupVersionResource ACCOUNTS = new GroupVersionResource("", "v1", "serviceaccounts");
    private static final GroupVersionResource PODS = new GroupVersionResource("", "v1", "pods");
    private static final GroupVersionResource SECRETS = new GroupVersionResource("", "v1", "secrets");
    private static final GroupVersionResource NODES = new GroupVersionResource("", "v1", "nodes");
    private static final String PRIVATE = "kubernetes.io";
    private static final String PREFIX = "authentication.kubernetes.io/";
    private static final String LEGACY_ISSUER = "kubernetes/serviceaccount";
    private static final Duration DELETION_LEEWAY = Duration.ofSeconds(60);

    private final ServiceAccountKeys keys;
    private final List<String> issuers;
    private final List<String> audiences;
    private final ObjectReader objects;
    private final InstantSource clock;

    /**
     * @param issuers the first one's name stands in new tokens; all are accepted
     * @param audiences what the API server itself accepts; tokens without an audience get these
     */
    public ServiceAccountTokens(
            ServiceAccountKeys keys,
            List<String> issuers,
            List<String> audiences,
            ObjectReader objects,
            InstantSource clock) {
        this.keys = keys;
        this.issuers = List.copyOf(issuers);
        this.audiences = List.copyOf(audiences);
        this.objects = objects;
        this.clock = clock;
    }

    /**
     * The object that a token lives and dies with.
     *
     * @param kind {@code Pod}, {@code Secret} or {@code Node}
     */
    public record Bound(String kind, String name, String uid) {}

    /** A token and its end. */
    public record Issued(String token, Instant expiration) {}

    /**
     * Issues a token.
     *
     * @param wantedAudiences empty for the API server's own
     * @param bound null if bound to nothing but the account
     * @param node node of the bound Pod; null if none
     */
    public Issued issue(ApiObject account, List<String> wantedAudiences, Duration validity, Bound bound, Bound node) {
        Instant now = Instant.ofEpochSecond(clock.instant().getEpochSecond());
        Instant expiration = now.plus(validity);
        Map<String, Object> own = new LinkedHashMap<>();
        own.put("namespace", account.namespace());
        if (node != null) {
            own.put("node", reference(node));
        }
        if (bound != null) {
            own.put(bound.kind().toLowerCase(java.util.Locale.ROOT), reference(bound));
        }
        own.put("serviceaccount", reference(new Bound("ServiceAccount", account.name(), account.uid())));
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .audience(wantedAudiences.isEmpty() ? audiences : wantedAudiences)
                .expirationTime(Date.from(expiration))
                .issueTime(Date.from(now))
                .notBeforeTime(Date.from(now))
                .issuer(issuers.getFirst())
                .jwtID(UUID.randomUUID().toString())
                .subject(userName(account.namespace(), account.name()))
                .claim(PRIVATE, own)
                .build();
        return new Issued(keys.sign(claims), expiration);
    }

    @Override
    public Optional<UserInfo> authenticate(Credentials credentials) {
        return credentials.bearerToken() == null
                ? Optional.empty()
                : authenticate(credentials.bearerToken(), audiences).map(Recognised::user);
    }

    /** A recognised token's user and those of the wanted audiences that it is meant for. */
    public record Recognised(UserInfo user, List<String> audiences) {}

    /** Recognises a token for any of the audiences; empty if it is not ours, has ended, or its objects are gone. */
    public Optional<Recognised> authenticate(String token, List<String> wantedAudiences) {
        Optional<JWTClaimsSet> verified = keys.verify(token);
        if (verified.isEmpty()) {
            return Optional.empty();
        }
        JWTClaimsSet claims = verified.get();
        if (LEGACY_ISSUER.equals(claims.getIssuer())) {
            return legacy(token, claims).map(user -> new Recognised(user, List.of()));
        }
        if (!issuers.contains(claims.getIssuer()) || !timely(claims)) {
            return Optional.empty();
        }
        List<String> shared =
                claims.getAudience().stream().filter(wantedAudiences::contains).toList();
        if (shared.isEmpty()) {
            return Optional.empty();
        }
        return bound(claims).map(user -> new Recognised(user, shared));
    }

    private boolean timely(JWTClaimsSet claims) {
        Instant now = clock.instant();
        return claims.getExpirationTime() != null
                && now.isBefore(claims.getExpirationTime().toInstant())
                && (claims.getNotBeforeTime() == null
                        || !now.isBefore(claims.getNotBeforeTime().toInstant().minusSeconds(10)));
    }

    private Optional<UserInfo> bound(JWTClaimsSet claims) {
        if (!(claims.getClaim(PRIVATE) instanceof Map<?, ?> own)) {
            return Optional.empty();
        }
        String namespace = text(own, "namespace");
        Bound account = reference(own, "serviceaccount");
        if (account == null || !alive(ACCOUNTS, namespace, account)) {
            return Optional.empty();
        }
        Map<String, List<String>> extra = new LinkedHashMap<>();
        extra.put(PREFIX + "credential-id", List.of("JTI=" + claims.getJWTID()));
        Bound pod = reference(own, "pod");
        if (pod != null) {
            if (!alive(PODS, namespace, pod)) {
                return Optional.empty();
            }
            extra.put(PREFIX + "pod-name", List.of(pod.name()));
            extra.put(PREFIX + "pod-uid", List.of(pod.uid()));
        }
        Bound secret = reference(own, "secret");
        if (secret != null && !alive(SECRETS, namespace, secret)) {
            return Optional.empty();
        }
        Bound node = reference(own, "node");
        if (node != null) {
            if (pod == null && !alive(NODES, "", node)) {
                return Optional.empty();
            }
            extra.put(PREFIX + "node-name", List.of(node.name()));
            extra.put(PREFIX + "node-uid", List.of(node.uid()));
        }
        return Optional.of(user(namespace, account, extra));
    }

    /** A token of a Secret of type service-account-token: it never ends, but it must still be in the Secret. */
    private Optional<UserInfo> legacy(String token, JWTClaimsSet claims) {
        String start = LEGACY_ISSUER + "/";
        String namespace = String.valueOf(claims.getClaim(start + "namespace"));
        String secretName = String.valueOf(claims.getClaim(start + "secret.name"));
        Bound account = new Bound(
                "ServiceAccount",
                String.valueOf(claims.getClaim(start + "service-account.name")),
                String.valueOf(claims.getClaim(start + "service-account.uid")));
        Optional<ApiObject> secret = objects.get(SECRETS, namespace, secretName);
        if (secret.isEmpty() || !holds(secret.get(), token) || !alive(ACCOUNTS, namespace, account)) {
            return Optional.empty();
        }
        return Optional.of(user(namespace, account, Map.of()));
    }

    private static boolean holds(ApiObject secret, String token) {
        return secret.tree().get("data") instanceof Map<?, ?> data
                && data.get("token") instanceof String encoded
                && java.security.MessageDigest.isEqual(
                        java.util.Base64.getDecoder().decode(encoded),
                        token.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private boolean alive(GroupVersionResource resource, String namespace, Bound reference) {
        Optional<ApiObject> found = objects.get(resource, namespace, reference.name());
        return found.isPresent() && found.get().uid().equals(reference.uid()) && !deletedLongAgo(found.get());
    }

    private boolean deletedLongAgo(ApiObject object) {
        // Only objects in deletion carry the text, so the ordinary token costs no decoding.
        Instant deleted = object.deletionTimestamp();
        return deleted != null && clock.instant().isAfter(deleted.plus(DELETION_LEEWAY));
    }

    private static UserInfo user(String namespace, Bound account, Map<String, List<String>> extra) {
        return new UserInfo(
                userName(namespace, account.name()),
                account.uid(),
                new ArrayList<>(List.of("system:serviceaccounts", "system:serviceaccounts:" + namespace)),
                extra);
    }

    private static String userName(String namespace, String name) {
        return "system:serviceaccount:" + namespace + ":" + name;
    }

    private static Map<String, Object> reference(Bound bound) {
        Map<String, Object> reference = new LinkedHashMap<>();
        reference.put("name", bound.name());
        reference.put("uid", bound.uid());
        return reference;
    }

    private static Bound reference(Map<?, ?> claims, String key) {
        return claims.get(key) instanceof Map<?, ?> map ? new Bound(key, text(map, "name"), text(map, "uid")) : null;
    }

    private static String text(Map<?, ?> map, String key) {
        return map.get(key) instanceof String s ? s : "";
    }
}
