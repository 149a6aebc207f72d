package io.k8j.apiserver.authn;

import io.k8j.apiserver.spi.UserInfo;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Users by client certificate: the common name is the user, the organisations are the groups. */
final class ClientCertificates implements Authenticator {
    private static final int REMEMBERED = 1024;

    private final CertificateCheck check;
    private final Map<X509Certificate, Recognition> users = new ConcurrentHashMap<>();

    /** @param authorities the trusted CA certificates, asked each time so that they can be renewed */
    ClientCertificates(Supplier<Set<X509Certificate>> authorities, InstantSource clock) {
        this.check = new CertificateCheck(authorities, clock);
    }

    @Override
    public Recognition authenticate(Credentials credentials, List<String> audiences) {
        if (credentials.certificates().isEmpty()) {
            return Recognition.NONE;
        }
        String problem = check.problem(credentials.certificates());
        if (problem != null) {
            return new Recognition.Bad(problem);
        }
        X509Certificate own = credentials.certificates().getFirst();
        Recognition known = users.get(own);
        if (known == null) {
            known = user(own);
            if (users.size() >= REMEMBERED) {
                users.clear();
            }
            users.put(own, known);
        }
        return known;
    }

    private static Recognition user(X509Certificate certificate) {
        CertificateSubject subject = CertificateSubject.of(certificate);
        if (subject.commonName().isEmpty()) {
            // Upstream hears of it from the check for proxies, whose authority has signed no such certificate.
            return new Recognition.Bad("certificate SN=%s names no user".formatted(certificate.getSerialNumber()));
        }
        if (subject.uids().size() > 1) {
            return new Recognition.Bad(
                    "expected 1 UID, but found multiple: [" + String.join(" ", subject.uids()) + "]");
        }
        String uid = subject.uids().isEmpty() ? "" : subject.uids().getFirst();
        if (!subject.uids().isEmpty() && uid.isEmpty()) {
            return new Recognition.Bad("UID cannot be an empty string");
        }
        UserInfo user = new UserInfo(subject.commonName(), uid, subject.organizations(), credentialId(certificate));
        return new Recognition.Known(user, List.of());
    }

    private static Map<String, List<String>> credentialId(X509Certificate certificate) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return Map.of(
                    "authentication.kubernetes.io/credential-id",
                    List.of("X509SHA256=" + HexFormat.of().formatHex(digest)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256 is missing", e);
        }
    }
}
