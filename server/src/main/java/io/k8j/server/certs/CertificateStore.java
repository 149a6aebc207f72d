package io.k8j.server.certs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * Certificates in a directory, a {@code .crt} and a {@code .key} file each. One that is missing, damaged, about to end,
 * of another authority or lacking a wanted name is issued anew.
 */
public final class CertificateStore {
    /** Renewed when this much is left; a year's certificate is renewed after nine months. */
    static final Duration RENEW_BEFORE = Duration.ofDays(90);

    private final Path directory;
    private final InstantSource clock;

    public CertificateStore(Path directory, InstantSource clock) {
        this.directory = directory;
        this.clock = clock;
    }

    public Path certificateFile(String name) {
        return directory.resolve(name + ".crt");
    }

    public Path keyFile(String name) {
        return directory.resolve(name + ".key");
    }

    /** Gives the stored certificate if it is still good, or issues and stores a new one. */
    public KeyAndCertificate obtain(CertificateAuthority authority, CertificateRequest request) throws IOException {
        KeyAndCertificate stored = read(request.name());
        if (stored != null && isGood(stored, authority, request)) {
            return stored;
        }
        try {
            KeyAndCertificate issued = authority.issue(request);
            Pem.writeReplaceable(keyFile(request.name()), issued.keyPem(), true);
            Pem.writeReplaceable(certificateFile(request.name()), issued.chainPem(), false);
            return issued;
        } catch (GeneralSecurityException e) {
            throw new IOException("issue certificate %s: %s".formatted(request.name(), e.getMessage()), e);
        }
    }

    /** The stored pair; null if there is none or it is unreadable, in which case it is replaced. */
    private KeyAndCertificate read(String name) throws IOException {
        if (!Files.exists(certificateFile(name)) || !Files.exists(keyFile(name))) {
            return null;
        }
        try {
            List<X509Certificate> chain = Pem.readCertificates(Files.readString(certificateFile(name)));
            return chain.isEmpty() ? null : new KeyAndCertificate(Pem.readKey(Files.readString(keyFile(name))), chain);
        } catch (GeneralSecurityException e) {
            return null;
        }
    }

    private boolean isGood(KeyAndCertificate stored, CertificateAuthority authority, CertificateRequest request) {
        X509Certificate certificate = stored.certificate();
        Instant now = clock.instant();
        try {
            certificate.verify(authority.certificate().getPublicKey());
        } catch (GeneralSecurityException e) {
            return false; // another authority's, for example of a removed data directory
        }
        return isPair(stored)
                && now.isAfter(certificate.getNotBefore().toInstant())
                && now.isBefore(certificate.getNotAfter().toInstant().minus(RENEW_BEFORE))
                && names(certificate)
                        .containsAll(request.alternativeNames().stream()
                                .map(CertificateStore::canonical)
                                .toList());
    }

    /** Whether key and certificate belong together: a crash may have replaced one of the two files only. */
    private static boolean isPair(KeyAndCertificate stored) {
        String algorithm = stored.key().getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
        byte[] probe = {1};
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(stored.key());
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(stored.certificate());
            signature.update(probe);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false; // not even of the same kind
        }
    }

    private static Collection<String> names(X509Certificate certificate) {
        Collection<String> names = new TreeSet<>();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                alternatives.forEach(entry -> names.add(canonical(String.valueOf(entry.get(1)))));
            }
        } catch (CertificateParsingException e) {
            return names; // treated as having none, so it is replaced
        }
        return names;
    }

    /** IPv6 addresses have several spellings. */
    private static String canonical(String name) {
        if (!name.contains(":")) {
            return name;
        }
        try {
            return java.net.InetAddress.getByName(name).getHostAddress();
        } catch (java.net.UnknownHostException e) {
            return name;
        }
    }
}
