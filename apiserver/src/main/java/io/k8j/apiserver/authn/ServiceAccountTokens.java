package io.k8j.apiserver.authn;

import com.nimbusds.jwt.JWTClaimsSet;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.GoQuote;
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
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * ServiceAccount tokens: issues bound tokens, and recognises bound and legacy ones. A token dies with its account, and a
 * bound one with its Pod, Secret or Node.
 *
 * @see <a href="https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/">Managing Service
 *     Accounts</a>
 */
public final class ServiceAccountTokens implements TokenAuthenticator {
    private static final GroupVersionResource ACCOUNTS = new GroupVersionResource("", "v1", "serviceaccounts");
    private static final GroupVersionResource PODS = new GroupVersionResource("", "v1", "pods");
    private static final GroupVersionResource SECRETS = new GroupVersionResource("", "v1", "secrets");
    private static final GroupVersionResource NODES = new GroupVersionResource("", "v1", "nodes");
    private static final String PRIVATE = "kubernetes.io";
    private static final String PREFIX = "authentication.kubernetes.io/";
    private static final Duration LEEWAY = Duration.ofSeconds(60);

    private final ServiceAccountKeys keys;
    private final List<String> issuers;
    private final List<String> audiences;
    private final ObjectReader objects;
    private final InstantSource clock;
    private final LegacyTokens legacy;

    /**
     * @param issuers the first one's name stands in new tokens; all are accepted
     * @param audiences what the API server itself accepts; tokens without an audience get these
     */
    ServiceAccountTokens(
            ServiceAccountKeys keys,
            List<String> issuers,
            List<String> audiences,
            ObjectReader objects,
            InstantSource clock,
            LegacyTokens legacy) {
        this.keys = keys;
        this.issuers = List.copyOf(issuers);
        this.audiences = List.copyOf(audiences);
        this.objects = objects;
        this.clock = clock;
        this.legacy = legacy;
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
     * @param warnAfter when the token should have been renewed, if that is before its end; null otherwise
     */
    public Issued issue(
            ApiObject account,
            List<String> wantedAudiences,
            Duration validity,
            Bound bound,
            Bound node,
            Duration warnAfter) {
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
        if (warnAfter != null) {
            own.put("warnafter", now.plus(warnAfter).getEpochSecond());
        }
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
    public Recognition authenticate(String token, List<String> wanted, Consumer<String> warn) {
        Optional<JWTClaimsSet> verified = keys.verify(token);
        if (verified.isEmpty()) {
            return Recognition.NONE;
        }
        JWTClaimsSet claims = verified.get();
        List<String> given = claims.getAudience();
        boolean isLegacy = LegacyTokens.ISSUER.equals(claims.getIssuer());
        if (!isLegacy && !issuers.contains(claims.getIssuer())) {
            return Recognition.NONE;
        }
        // A token without an audience is good for the API server only.
        List<String> shared = wanted.stream()
                .filter((given.isEmpty() ? audiences : given)::contains)
                .toList();
        if (shared.isEmpty()) {
            return new Recognition.Bad("token audiences [%s] is invalid for the target audiences [%s]"
                    .formatted(quoted(given.isEmpty() ? audiences : given), quoted(wanted)));
        }
        if (isLegacy) {
            return legacy.check(token, claims, shared, warn);
        }
        String problem = untimely(claims);
        return problem == null ? bound(claims, shared) : new Recognition.Bad(problem);
    }

    private static String quoted(List<String> texts) {
        return texts.stream().map(GoQuote::quote).collect(Collectors.joining(" "));
    }

    /** What is wrong with a token's time; null if it is good now. Clocks may differ by a minute, as upstream allows. */
    private String untimely(JWTClaimsSet claims) {
        Instant now = clock.instant();
        if (claims.getExpirationTime() == null
                || now.minus(LEEWAY).isAfter(claims.getExpirationTime().toInstant())) {
            return "service account token has expired";
        }
        if (claims.getNotBeforeTime() != null
                && now.plus(LEEWAY).isBefore(claims.getNotBeforeTime().toInstant())) {
            return "service account token is not valid yet";
        }
        return null;
    }

    private Recognition bound(JWTClaimsSet claims, List<String> shared) {
        if (!(claims.getClaim(PRIVATE) instanceof Map<?, ?> own)) {
            return new Recognition.Bad(
                    "service account token claims could not be validated due to unexpected private claim");
        }
        String namespace = text(own, "namespace");
        Bound account = reference(own, "serviceaccount");
        if (account == null) {
            return new Recognition.Bad("service account token has been invalidated");
        }
        ApiObject found = objects.get(ACCOUNTS, namespace, account.name()).orElse(null);
        if (found == null) {
            return new Recognition.Bad("serviceaccounts \"%s\" not found".formatted(account.name()));
        }
        if (deletedLongAgo(found)) {
            return new Recognition.Bad("service account %s/%s has been deleted".formatted(namespace, account.name()));
        }
        if (!found.uid().equals(account.uid())) {
            return new Recognition.Bad(
                    "service account UID (%s) does not match claim (%s)".formatted(found.uid(), account.uid()));
        }
        Map<String, List<String>> extra = new LinkedHashMap<>();
        if (claims.getJWTID() != null && !claims.getJWTID().isEmpty()) {
            extra.put(PREFIX + "credential-id", List.of("JTI=" + claims.getJWTID()));
        }
        Bound pod = reference(own, "pod");
        Bound secret = reference(own, "secret");
        Bound node = reference(own, "node");
        String problem = secret == null ? null : dead(SECRETS, namespace, secret, "secret");
        if (problem == null && pod != null) {
            problem = dead(PODS, namespace, pod, "pod");
            extra.put(PREFIX + "pod-name", List.of(pod.name()));
            extra.put(PREFIX + "pod-uid", List.of(pod.uid()));
        }
        if (problem == null && node != null) {
            // A Pod's token tells the node; only a token of the node itself ends with it.
            problem = pod == null ? dead(NODES, "", node, "node") : null;
            extra.put(PREFIX + "node-name", List.of(node.name()));
            if (!node.uid().isEmpty()) {
                extra.put(PREFIX + "node-uid", List.of(node.uid()));
            }
        }
        return problem == null
                ? new Recognition.Known(user(namespace, account, extra), shared)
                : new Recognition.Bad(problem);
    }

    /** Why the object that a token is bound to keeps it from being good; null if it does not. */
    private String dead(GroupVersionResource resource, String namespace, Bound reference, String word) {
        ApiObject found = objects.get(resource, namespace, reference.name()).orElse(null);
        if (found == null || deletedLongAgo(found)) {
            return "service account token has been invalidated";
        }
        return found.uid().equals(reference.uid())
                ? null
                : "%s UID (%s) does not match service account %s ref claim (%s)"
                        .formatted(word, found.uid(), word, reference.uid());
    }

    private boolean deletedLongAgo(ApiObject object) {
        // Only objects in deletion carry the text, so the ordinary token costs no decoding.
        Instant deleted = object.deletionTimestamp();
        return deleted != null && clock.instant().isAfter(deleted.plus(LEEWAY));
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
