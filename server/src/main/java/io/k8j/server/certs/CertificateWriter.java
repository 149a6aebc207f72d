package io.k8j.server.certs;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes X.509 certificates signed by an elliptic key (RFC 5280).
 *
 * <p>Every start issues some, and that is why no library does it: the one that could comes as a signed archive, whose
 * thousands of digests a JVM reads and checks before the first class, and whose classes no class archive keeps. That was
 * a third of a second.
 */
final class CertificateWriter {
    private static final byte[] ECDSA_WITH_SHA256 = Der.sequence(Der.identifier("1.2.840.10045.4.3.2"));
    private static final byte[] EXTENSION_REQUEST = Der.identifier("1.2.840.113549.1.9.14");
    private static final byte[] COMMON_NAME = Der.identifier("2.5.4.3");
    private static final byte[] ORGANIZATION = Der.identifier("2.5.4.10");
    private static final String SUBJECT_KEY = "2.5.29.14";
    private static final byte[] SERVES = Der.identifier("1.3.6.1.5.5.7.3.1");
    private static final byte[] IDENTIFIES_A_CLIENT = Der.identifier("1.3.6.1.5.5.7.3.2");
    private static final int DIGITAL_SIGNATURE = 0x80;
    private static final int KEY_ENCIPHERMENT = 0x20;
    private static final int KEY_CERT_SIGN = 0x04;

    private static final SecureRandom RANDOM = new SecureRandom();

    private CertificateWriter() {}

    /** From when until when a certificate is valid. */
    record Validity(Instant from, Instant until) {}

    /** A certificate of an authority, signed by itself. */
    static X509Certificate authority(String commonName, PublicKey key, PrivateKey signer, Validity validity)
            throws GeneralSecurityException {
        byte[] name = name(List.of(), commonName);
        List<byte[]> extensions = List.of(
                critical("2.5.29.19", Der.sequence(Der.yes())),
                critical(
                        "2.5.29.15",
                        Der.bits(2, new byte[] {(byte) (DIGITAL_SIGNATURE | KEY_ENCIPHERMENT | KEY_CERT_SIGN)})),
                extension(SUBJECT_KEY, Der.octets(keyIdentifier(key))));
        return sign(content(name, name, key, validity, extensions), signer);
    }

    /** A certificate that an authority issues for what was requested. */
    static X509Certificate issued(
            CertificateRequest request, PublicKey key, KeyAndCertificate authority, Validity validity)
            throws GeneralSecurityException {
        List<byte[]> extensions = new ArrayList<>();
        extensions.add(critical("2.5.29.19", Der.sequence()));
        extensions.add(critical("2.5.29.15", Der.bits(5, new byte[] {(byte) (DIGITAL_SIGNATURE | KEY_ENCIPHERMENT)})));
        extensions.add(extension("2.5.29.37", Der.sequence(purposes(request))));
        byte[] issuersKey = authority.certificate().getExtensionValue(SUBJECT_KEY);
        if (issuersKey != null) { // an octet string within an octet string
            byte[] identifier = Arrays.copyOfRange(issuersKey, 4, issuersKey.length);
            extensions.add(extension("2.5.29.35", Der.sequence(Der.implicit(0, identifier))));
        }
        if (!request.alternativeNames().isEmpty()) {
            extensions.add(extension("2.5.29.17", alternativeNames(request.alternativeNames())));
        }
        byte[] issuer = authority.certificate().getSubjectX500Principal().getEncoded();
        byte[] subject = name(request.organizations(), request.commonName());
        return sign(content(issuer, subject, key, validity, extensions), authority.key());
    }

    /** A request for a certificate, as PEM (RFC 2986). */
    static String request(CertificateRequest wanted, KeyPair pair) throws GeneralSecurityException {
        byte[] attributes = wanted.alternativeNames().isEmpty()
                ? Der.explicit(0)
                : Der.explicit(
                        0,
                        Der.sequence(
                                EXTENSION_REQUEST,
                                Der.set(Der.sequence(
                                        extension("2.5.29.17", alternativeNames(wanted.alternativeNames()))))));
        byte[] content = Der.sequence(
                Der.integer(BigInteger.ZERO),
                name(wanted.organizations(), wanted.commonName()),
                pair.getPublic().getEncoded(),
                attributes);
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(pair.getPrivate());
        signature.update(content);
        return Pem.certificateRequest(Der.sequence(content, ECDSA_WITH_SHA256, Der.bits(0, signature.sign())));
    }

    private static byte[] content(
            byte[] issuer, byte[] subject, PublicKey key, Validity validity, List<byte[]> extensions) {
        return Der.sequence(
                Der.explicit(0, Der.integer(BigInteger.TWO)), // version 3
                Der.integer(new BigInteger(63, RANDOM).add(BigInteger.ONE)),
                ECDSA_WITH_SHA256,
                issuer,
                Der.sequence(Der.time(validity.from), Der.time(validity.until)),
                subject,
                key.getEncoded(),
                Der.explicit(3, Der.sequence(extensions.toArray(byte[][]::new))));
    }

    private static X509Certificate sign(byte[] content, PrivateKey key) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(key);
        signature.update(content);
        byte[] certificate = Der.sequence(content, ECDSA_WITH_SHA256, Der.bits(0, signature.sign()));
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(certificate));
    }

    private static byte[] name(List<String> organizations, String commonName) {
        List<byte[]> parts = new ArrayList<>();
        organizations.forEach(name -> parts.add(Der.set(Der.sequence(ORGANIZATION, Der.text(name)))));
        parts.add(Der.set(Der.sequence(COMMON_NAME, Der.text(commonName))));
        return Der.sequence(parts.toArray(byte[][]::new));
    }

    private static byte[][] purposes(CertificateRequest request) {
        List<byte[]> purposes = new ArrayList<>();
        if (request.server()) purposes.add(SERVES);
        if (request.client()) purposes.add(IDENTIFIES_A_CLIENT);
        return purposes.toArray(byte[][]::new);
    }

    private static byte[] alternativeNames(List<String> names) {
        return Der.sequence(names.stream()
                .distinct()
                .map(name -> isAddress(name)
                        ? Der.implicit(7, InetAddress.ofLiteral(name).getAddress())
                        : Der.implicit(2, name.getBytes(StandardCharsets.US_ASCII)))
                .toArray(byte[][]::new));
    }

    private static boolean isAddress(String name) {
        return name.contains(":") || name.matches("\\d+\\.\\d+\\.\\d+\\.\\d+");
    }

    /** The digest of the key's own bits, which are the last part of its encoded form; for P-256 these are 65 bytes. */
    private static byte[] keyIdentifier(PublicKey key) throws GeneralSecurityException {
        byte[] encoded = key.getEncoded();
        return MessageDigest.getInstance("SHA-1")
                .digest(Arrays.copyOfRange(encoded, encoded.length - 65, encoded.length));
    }

    private static byte[] critical(String identifier, byte[] value) {
        return Der.sequence(Der.identifier(identifier), Der.yes(), Der.octets(value));
    }

    private static byte[] extension(String identifier, byte[] value) {
        return Der.sequence(Der.identifier(identifier), Der.octets(value));
    }
}
