package io.k8j.apiserver.authn;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Checks client certificates against authorities, and remembers those that were good. Safe for all threads. */
final class CertificateCheck {
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    private static final String ANY_USAGE = "2.5.29.37.0";
    private static final int REMEMBERED = 1024;
    /** Longer chains are nobody's, and checking them would cost an attacker nothing. */
    private static final int LONGEST_CHAIN = 16;

    private final Supplier<Set<X509Certificate>> authorities;
    private final InstantSource clock;
    // Checking a chain costs more than a small request, and clients come again and again with the same certificate.
    private final Map<X509Certificate, Set<X509Certificate>> good = new ConcurrentHashMap<>();

    /** @param authorities the trusted CA certificates, asked each time so that they can be renewed */
    CertificateCheck(Supplier<Set<X509Certificate>> authorities, InstantSource clock) {
        this.authorities = authorities;
        this.clock = clock;
    }

    /** What is wrong with a chain; null if it is good now. */
    String problem(List<X509Certificate> chain) {
        X509Certificate own = chain.getFirst();
        Date now = Date.from(clock.instant());
        if (now.before(own.getNotBefore()) || now.after(own.getNotAfter())) {
            return failed(own, "x509: certificate has expired or is not yet valid");
        }
        Set<X509Certificate> anchors = authorities.get();
        if (anchors.equals(good.get(own))) {
            return null;
        }
        if (!mayIdentifyClients(own)) {
            return failed(own, "x509: certificate specifies an incompatible key usage");
        }
        if (!trusted(chain, anchors, now)) {
            return failed(own, "x509: certificate signed by unknown authority");
        }
        if (good.size() >= REMEMBERED) {
            good.clear();
        }
        good.put(own, anchors);
        return null;
    }

    private static String failed(X509Certificate own, String why) {
        return "verifying certificate SN=%s failed: %s".formatted(own.getSerialNumber(), why);
    }

    private static boolean trusted(List<X509Certificate> chain, Set<X509Certificate> anchors, Date now) {
        if (anchors.isEmpty() || chain.size() > LONGEST_CHAIN) {
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
            return false; // not signed by us
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
}
