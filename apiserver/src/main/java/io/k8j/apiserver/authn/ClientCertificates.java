package io.k8j.apiserver.authn;

import io.k8j.apiserver.spi.UserInfo;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import javax.naming.NamingException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;

/** Users by client certificate: the common name is the user, the organisations are the groups. */
public final class ClientCertificates implements Authenticator {
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    private static final String ANY_USAGE = "2.5.29.37.0";
    private static final int REMEMBERED = 1024;

    private record Verified(UserInfo user, Set<X509Certificate> anchors) {}

    private final Supplier<Set<X509Certificate>> authorities;
    private final InstantSource clock;
    // Checking a chain costs more than a small request, and clients come again and again with the same certificate.
    private final Map<X509Certificate, Verified> verified = new ConcurrentHashMap<>();

    /** @param authorities the trusted CA certificates, asked each time so that they can be renewed */
    public ClientCertificates(Supplier<Set<X509Certificate>> authorities, InstantSource clock) {
        this.authorities = authorities;
        this.clock = clock;
    }

    @Override
    public Optional<UserInfo> authenticate(Credentials credentials) {
        if (credentials.certificates().isEmpty()) {
            return Optional.empty();
        }
        X509Certificate own = credentials.certificates().getFirst();
        Date now = Date.from(clock.instant());
        if (now.before(own.getNotBefore()) || now.after(own.getNotAfter())) {
            return Optional.empty();
        }
        Set<X509Certificate> anchors = authorities.get();
        Verified known = verified.get(own);
        if (known != null && known.anchors().equals(anchors)) {
            return Optional.of(known.user());
        }
        if (!trusted(credentials.certificates(), anchors, now)) {
            return Optional.empty();
        }
        Optional<UserInfo> user = user(own);
        user.ifPresent(u -> remember(own, new Verified(u, anchors)));
        return user;
    }

    private void remember(X509Certificate certificate, Verified value) {
        if (verified.size() >= REMEMBERED) {
            verified.clear();
        }
        verified.put(certificate, value);
    }

    private static boolean trusted(List<X509Certificate> chain, Set<X509Certificate> anchors, Date now) {
        if (anchors.isEmpty() || !mayIdentifyClients(chain.getFirst())) {
            return false;
        }
        try {
            Set<TrustAnchor> trust = new HashSet<>();
            anchors.forEach(ca -> trust.add(new TrustAnchor(ca, null)));
            PKIXParameters parameters = new PKIXParameters(trust);
            parameters.setRevocationEnabled(false);
            parameters.setDate(now);
            List<X509Certificate> path = chain.stream()
                    .filter(certificate -> !anchors.contains(certificate))
                    .toList();
            if (path.isEmpty()) {
                return false;
            }
            CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
            return true;
        } catch (GeneralSecurityException e) {
            return false; // not signed by us: no opinion
        }
    }

    private static boolean mayIdentifyClients(X509Certificate certificate) {
        try {
            List<String> usages = certificate.getExtendedKeyUsage();
            return usages == null || usages.contains(CLIENT_AUTH) || usages.contains(ANY_USAGE);
        } catch (CertificateParsingException e) {
            return false;
        }
    }

    private static Optional<UserInfo> user(X509Certificate certificate) {
        String name = "";
        List<String> groups = new ArrayList<>();
        try {
            // RFC 2253 text stands in reverse order of the certificate's parts, and so do LdapName's indexes.
            for (Rdn part :
                    new LdapName(certificate.getSubjectX500Principal().getName(X500Principal.RFC2253)).getRdns()) {
                var attributes = part.toAttributes();
                var commonName = attributes.get("CN");
                if (commonName != null) {
                    name = commonName.get().toString();
                }
                var organisations = attributes.get("O");
                if (organisations != null) {
                    for (int i = 0; i < organisations.size(); i++) {
                        groups.add(organisations.get(i).toString());
                    }
                }
            }
        } catch (NamingException e) {
            return Optional.empty();
        }
        if (name.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new UserInfo(name, "", groups, credentialId(certificate)));
    }

    private static Map<String, List<String>> credentialId(X509Certificate certificate) {
        try {
            byte[] digest = java.security.MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return Map.of(
                    "authentication.kubernetes.io/credential-id",
                    List.of("X509SHA256=" + HexFormat.of().formatHex(digest)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256 is missing", e);
        }
    }
}
