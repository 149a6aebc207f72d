package io.k8j.server.certs;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A self-signed authority of our own, kept in two files, that issues ECDSA certificates. */
public final class CertificateAuthority {
    private static final Duration CA_VALIDITY = Duration.ofDays(3650);
    /** Upstream's kubeadm and k3s use a year as well. */
    static final Duration VALIDITY = Duration.ofDays(365);
    /** A certificate is valid a little before it is issued, because clocks differ. */
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

    private static final SecureRandom RANDOM = new SecureRandom();

    private final KeyAndCertificate own;
    private final InstantSource clock;
    private final Duration validity;

    private CertificateAuthority(KeyAndCertificate own, InstantSource clock, Duration validity) {
        this.own = own;
        this.clock = clock;
        this.validity = validity;
    }

    /**
     * Founds an authority that lives in memory only.
     *
     * @param validity of itself and of all that it issues
     */
    public static CertificateAuthority inMemory(String name, InstantSource clock, Duration validity)
            throws GeneralSecurityException {
        try {
            return new CertificateAuthority(found(name, clock, validity), clock, validity);
        } catch (CertIOException e) {
            throw new GeneralSecurityException("found authority " + name + ": " + e.getMessage(), e);
        }
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
            KeyAndCertificate founded = found(name, clock, CA_VALIDITY);
            Pem.write(keyFile, founded.keyPem(), true);
            Pem.write(certificateFile, founded.chainPem(), false);
            return new CertificateAuthority(founded, clock, VALIDITY);
        } catch (GeneralSecurityException e) {
            throw new IOException("open the authority in %s: %s".formatted(certificateFile, e.getMessage()), e);
        }
    }

    private static KeyAndCertificate found(String name, InstantSource clock, Duration validity)
            throws GeneralSecurityException, CertIOException {
        KeyPair pair = newKeyPair();
        String commonName = "k8j-" + name + "@" + clock.instant().getEpochSecond();
        X500Name subject = new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.CN, commonName)
                .build();
        X509v3CertificateBuilder builder = builder(subject, subject, pair.getPublic(), clock.instant(), validity);
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        builder.addExtension(
                Extension.keyUsage,
                true,
                new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment | KeyUsage.keyCertSign));
        builder.addExtension(
                Extension.subjectKeyIdentifier,
                false,
                new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
        X509Certificate certificate = sign(builder, pair.getPrivate());
        return new KeyAndCertificate(pair.getPrivate(), List.of(certificate));
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
        KeyPair pair = request.rsa() ? newRsaKeyPair() : newKeyPair();
        X500NameBuilder subject = new X500NameBuilder(BCStyle.INSTANCE);
        request.organizations().forEach(o -> subject.addRDN(BCStyle.O, o));
        subject.addRDN(BCStyle.CN, request.commonName());
        try {
            X509v3CertificateBuilder builder = builder(
                    X500Name.getInstance(
                            own.certificate().getSubjectX500Principal().getEncoded()),
                    subject.build(),
                    pair.getPublic(),
                    clock.instant(),
                    validity);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(
                    Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes(request)));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(own.certificate()));
            if (!request.alternativeNames().isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName, false, alternativeNames(request.alternativeNames()));
            }
            return new KeyAndCertificate(pair.getPrivate(), List.of(sign(builder, own.key())));
        } catch (CertIOException e) {
            throw new GeneralSecurityException("issue " + request.name() + ": " + e.getMessage(), e);
        }
    }

    private static KeyPurposeId[] purposes(CertificateRequest request) {
        return java.util.stream.Stream.of(
                        request.server() ? KeyPurposeId.id_kp_serverAuth : null,
                        request.client() ? KeyPurposeId.id_kp_clientAuth : null)
                .filter(java.util.Objects::nonNull)
                .toArray(KeyPurposeId[]::new);
    }

    private static GeneralNames alternativeNames(List<String> names) {
        return new GeneralNames(names.stream()
                .distinct()
                .map(name -> new GeneralName(isAddress(name) ? GeneralName.iPAddress : GeneralName.dNSName, name))
                .toArray(GeneralName[]::new));
    }

    private static boolean isAddress(String name) {
        return name.contains(":") || name.matches("\\d+\\.\\d+\\.\\d+\\.\\d+");
    }

    private static X509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, PublicKey key, Instant now, Duration validity) {
        return new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(63, RANDOM).add(BigInteger.ONE),
                Date.from(now.minus(CLOCK_SKEW)),
                Date.from(now.plus(validity)),
                subject,
                key);
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, java.security.PrivateKey key)
            throws GeneralSecurityException {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException("sign certificate: " + e.getMessage(), e);
        }
    }

    private static KeyPair newRsaKeyPair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
    }

    /** A new P-256 key pair. */
    public static KeyPair newKeyPair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }
}
