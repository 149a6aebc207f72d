package io.k8j.server.certs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** A self-signed authority of our own, kept in two files, that issues ECDSA certificates. */
public final class CertificateAuthority {
    private static final Duration CA_VALIDITY = Duration.ofDays(3650);
    /** Upstream's kubeadm and k3s use a year as well. */
    static final Duration VALIDITY = Duration.ofDays(365);
    /** A certificate is valid a little before it is issued, because clocks differ. */
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

    private final KeyAndCertificate own;
    private final InstantSource clock;
    private final Duration validity;

    private CertificateAuthority(KeyAndCertificate own, InstantSource clock, Duration validity) {
        this.own = own;
        this.clock = clock;
        this.validity = validity;
    }

    /**
     * Founds an authority that lives in memory only, with a key of its own.
     *
     * @param validity of itself and of all that it issues
     */
    public static CertificateAuthority inMemory(String name, InstantSource clock, Duration validity)
            throws GeneralSecurityException {
        return inMemory(name, newKeyPair(), clock, validity);
    }

    /** Founds an authority that lives in memory only, with a key that is there already. */
    public static CertificateAuthority inMemory(String name, KeyPair pair, InstantSource clock, Duration validity)
            throws GeneralSecurityException {
        return new CertificateAuthority(found(name, pair, clock, validity), clock, validity);
    }

    /**
     * Opens the authority in {@code directory/name.crt} and {@code .key}, or founds it.
     *
     * @throws IOException if the files cannot be read or written, or are no certificate and key
     */
    public static CertificateAuthority open(Path directory, String name, InstantSource clock) throws IOException {
        Path certificateFile = directory.resolve(name + ".crt");
        Path keyFile = directory.resolve(name + ".key");
        try {
            if (Files.exists(certificateFile) && Files.exists(keyFile)) {
                return new CertificateAuthority(
                        new KeyAndCertificate(
                                Pem.readKey(Files.readString(keyFile)),
                                Pem.readCertificates(Files.readString(certificateFile))),
                        clock,
                        VALIDITY);
            }
            KeyAndCertificate founded = found(name, newKeyPair(), clock, CA_VALIDITY);
            Pem.write(keyFile, founded.keyPem(), true);
            Pem.write(certificateFile, founded.chainPem(), false);
            return new CertificateAuthority(founded, clock, VALIDITY);
        } catch (GeneralSecurityException e) {
            throw new IOException("open the authority in %s: %s".formatted(certificateFile, e.getMessage()), e);
        }
    }

    private static KeyAndCertificate found(String name, KeyPair pair, InstantSource clock, Duration validity)
            throws GeneralSecurityException {
        String commonName = "k8j-" + name + "@" + clock.instant().getEpochSecond();
        X509Certificate certificate =
                CertificateWriter.authority(commonName, pair.getPublic(), pair.getPrivate(), validity(clock, validity));
        return new KeyAndCertificate(pair.getPrivate(), List.of(certificate));
    }

    private static CertificateWriter.Validity validity(InstantSource clock, Duration length) {
        return new CertificateWriter.Validity(
                clock.instant().minus(CLOCK_SKEW), clock.instant().plus(length));
    }

    public X509Certificate certificate() {
        return own.certificate();
    }

    /** Certificate and key of the authority itself. */
    public KeyAndCertificate own() {
        return own;
    }

    public String certificatePem() {
        return own.chainPem();
    }

    /** Signs a new key pair. */
    public KeyAndCertificate issue(CertificateRequest request) throws GeneralSecurityException {
        return issue(request, request.rsa() ? newRsaKeyPair() : newKeyPair());
    }

    /** Signs a key pair. */
    public KeyAndCertificate issue(CertificateRequest request, KeyPair pair) throws GeneralSecurityException {
        return new KeyAndCertificate(
                pair.getPrivate(),
                List.of(CertificateWriter.issued(request, pair.getPublic(), own, validity(clock, validity))));
    }

    private static KeyPair newRsaKeyPair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
    }

    /** A new P-256 key pair. */
    public static KeyPair newKeyPair() throws GeneralSecurityException {
        return newKeyPair("secp256r1");
    }

    /**
     * A new P-384 key pair. It takes the JDK a third of the time of the first P-256 one, for which it multiplies points for
     * tables that pay for a process that lives long.
     */
    public static KeyPair newShortLivedKeyPair() throws GeneralSecurityException {
        return newKeyPair("secp384r1");
    }

    private static KeyPair newKeyPair(String curve) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }
}
