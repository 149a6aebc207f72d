package io.k8j.server.controlplane;

import io.k8j.apiserver.aggregation.FrontProxy;
import io.k8j.apiserver.authn.AnonymousAccess;
import io.k8j.apiserver.authn.AuthenticationSettings;
import io.k8j.apiserver.authn.RequestHeaders;
import io.k8j.apiserver.authn.ServiceAccountKeys;
import io.k8j.apiserver.authn.TokenWebhook;
import io.k8j.apiserver.authn.jwt.JwtSettings;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.server.ServerConfig;
import io.k8j.server.UserException;
import io.k8j.server.certs.Pem;
import io.k8j.server.flags.FlagValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes the settings that upstream's authentication flags describe. */
final class AuthenticationFlags {
    /** Issuer of ServiceAccount tokens, upstream's default with the cluster's domain behind it. */
    private static final String ISSUER = "https://kubernetes.default.svc.";

    private static final Duration SHORTEST_MAXIMUM = Duration.ofHours(1);

    private final FlagValues flags;

    private AuthenticationFlags(FlagValues flags) {
        this.flags = flags;
    }

    /**
     * Reads all that the flags name.
     *
     * @param given users by token, beside those of flags
     * @throws UserException if a file cannot be used or flags do not go together
     */
    static AuthenticationSettings settings(
            ServerConfig config, ClusterCertificates certificates, Map<String, UserInfo> given) {
        FlagValues flags = config.apiServerFlags();
        try {
            return new AuthenticationFlags(flags).read(config, certificates, given);
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new UserException("authentication cannot be set up: " + e.getMessage(), e);
        }
    }

    private AuthenticationSettings read(
            ServerConfig config, ClusterCertificates certificates, Map<String, UserInfo> given)
            throws IOException, GeneralSecurityException {
        List<String> issuers = flags.list("service-account-issuer", List.of(ISSUER + config.clusterDomain()));
        Map<String, UserInfo> tokens = new LinkedHashMap<>(given);
        if (flags.has("token-auth-file")) {
            tokens.putAll(TokenFile.read(Path.of(flags.text("token-auth-file"))));
        }
        if (config.token() != null) {
            tokens.put(config.token(), UserInfo.of("system:node-joiner", "system:bootstrappers"));
        }
        return new AuthenticationSettings(
                certificates::clientAuthorities,
                requestHeaders(certificates),
                tokens,
                flags.isOn("enable-bootstrap-token-auth", true),
                keys(certificates),
                issuers,
                flags.list("api-audiences", audiences(issuers)),
                flags.text("service-account-jwks-uri"),
                flags.isOn("service-account-extend-token-expiration", true),
                maxExpiration(),
                jwt(),
                webhook());
    }

    /** Whoever names issuers gets them as audiences, as upstream; our own clusters have one more. */
    private List<String> audiences(List<String> issuers) {
        return flags.has("service-account-issuer") ? issuers : List.of(issuers.getFirst(), "k8j");
    }

    private Duration maxExpiration() {
        Duration most = flags.duration("service-account-max-token-expiration", Duration.ZERO);
        if (!most.isZero()
                && (most.compareTo(SHORTEST_MAXIMUM) < 0 || most.compareTo(Duration.ofSeconds(1L << 32)) > 0)) {
            throw new IllegalArgumentException(
                    "the service-account-max-token-expiration must be between 1 hour and 2^32 seconds");
        }
        return most;
    }

    private ServiceAccountKeys keys(ClusterCertificates certificates) throws IOException, GeneralSecurityException {
        List<PublicKey> accepted = new ArrayList<>();
        for (String file : flags.list("service-account-key-file")) {
            accepted.addAll(PublicKeys.read(Path.of(file)));
        }
        KeyPair signing = certificates.serviceAccountKey();
        if (flags.has("service-account-signing-key-file")) {
            signing = PublicKeys.readPair(Path.of(flags.text("service-account-signing-key-file")));
        }
        return new ServiceAccountKeys(signing, accepted);
    }

    /** Without the flag, the cluster's own proxies are trusted: those that hold its front-proxy certificate. */
    private RequestHeaders.Settings requestHeaders(ClusterCertificates certificates)
            throws IOException, GeneralSecurityException {
        String file = flags.text("requestheader-client-ca-file");
        if (file == null) {
            return new RequestHeaders.Settings(
                    certificates::proxyAuthorities,
                    flags.list("requestheader-allowed-names", List.of(FrontProxy.NAME)),
                    flags.list("requestheader-username-headers", List.of("X-Remote-User")),
                    flags.list("requestheader-uid-headers", List.of("X-Remote-Uid")),
                    flags.list("requestheader-group-headers", List.of("X-Remote-Group")),
                    flags.list("requestheader-extra-headers-prefix", List.of("X-Remote-Extra-")));
        }
        Set<X509Certificate> authorities = Set.copyOf(Pem.readCertificates(Files.readString(Path.of(file))));
        if (authorities.isEmpty()) {
            throw new IllegalArgumentException("%s has no certificate".formatted(file));
        }
        return new RequestHeaders.Settings(
                () -> authorities,
                flags.list("requestheader-allowed-names"),
                flags.list("requestheader-username-headers"),
                flags.list("requestheader-uid-headers"),
                flags.list("requestheader-group-headers"),
                flags.list("requestheader-extra-headers-prefix"));
    }

    private JwtSettings jwt() throws IOException {
        AnonymousAccess anonymous =
                flags.isOn("anonymous-auth", true) ? AnonymousAccess.EVERYWHERE : AnonymousAccess.NOWHERE;
        boolean byFlags = flags.has("oidc-issuer-url") || flags.has("oidc-client-id");
        if (flags.has("authentication-config")) {
            if (byFlags) {
                throw new IllegalArgumentException(
                        "authentication-config file and oidc-* flags are mutually exclusive");
            }
            return new JwtSettings(List.of(), List.of(), Path.of(flags.text("authentication-config")), anonymous);
        }
        if (!byFlags) {
            return new JwtSettings(List.of(), List.of(), null, anonymous);
        }
        if (!flags.has("oidc-issuer-url") || !flags.has("oidc-client-id")) {
            throw new IllegalArgumentException("oidc-issuer-url and oidc-client-id must be specified together");
        }
        return new JwtSettings(List.of(issuer()), flags.list("oidc-signing-algs"), null, anonymous);
    }

    /** The flags in the form of the configuration file. */
    private Map<String, Object> issuer() throws IOException {
        String url = flags.text("oidc-issuer-url");
        Map<String, Object> issuer = new LinkedHashMap<>();
        issuer.put("url", url);
        issuer.put("audiences", List.of(flags.text("oidc-client-id")));
        if (flags.has("oidc-ca-file")) {
            issuer.put("certificateAuthority", Files.readString(Path.of(flags.text("oidc-ca-file"))));
        }
        String claim = flags.text("oidc-username-claim", "sub");
        String prefix = flags.text("oidc-username-prefix", "");
        if (prefix.isEmpty() && !claim.equals("email")) {
            prefix = url + "#"; // so that nobody becomes another issuer's user by chance
        } else if (prefix.equals("-")) {
            prefix = "";
        }
        Map<String, Object> mappings = new LinkedHashMap<>();
        mappings.put("username", Map.of("claim", claim, "prefix", prefix));
        if (flags.has("oidc-groups-claim")) {
            mappings.put(
                    "groups",
                    Map.of("claim", flags.text("oidc-groups-claim"), "prefix", flags.text("oidc-groups-prefix", "")));
        }
        List<Object> rules = new ArrayList<>();
        flags.map("oidc-required-claim")
                .forEach((name, value) -> rules.add(Map.of("claim", name, "requiredValue", value)));
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("issuer", issuer);
        entry.put("claimMappings", mappings);
        entry.put("claimValidationRules", rules);
        return entry;
    }

    private TokenWebhook.Settings webhook() throws IOException {
        String file = flags.text("authentication-token-webhook-config-file");
        return file == null
                ? null
                : new TokenWebhook.Settings(
                        Webhooks.endpoint(Path.of(file)),
                        flags.text("authentication-token-webhook-version", "v1beta1"),
                        flags.duration("authentication-token-webhook-cache-ttl", TokenWebhook.Settings.DEFAULT_TTL),
                        TokenWebhook.Settings.DEFAULT_PAUSE);
    }
}
