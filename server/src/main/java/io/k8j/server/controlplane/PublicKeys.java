package io.k8j.server.controlplane;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.jcajce.provider.asymmetric.util.EC5Util;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/** Reads the keys of ServiceAccount tokens: public and private ones, elliptic or RSA, and certificates. */
final class PublicKeys {
    private static final JcaPEMKeyConverter CONVERTER = new JcaPEMKeyConverter();

    private PublicKeys() {}

    /** All public keys of a file, those of private keys and certificates included. */
    static List<PublicKey> read(Path file) throws IOException, GeneralSecurityException {
        List<PublicKey> keys = new ArrayList<>();
        try (Reader text = Files.newBufferedReader(file);
                PEMParser parser = new PEMParser(text)) {
            for (Object found = parser.readObject(); found != null; found = parser.readObject()) {
                switch (found) {
                    case SubjectPublicKeyInfo info -> keys.add(CONVERTER.getPublicKey(info));
                    case X509CertificateHolder certificate ->
                        keys.add(CONVERTER.getPublicKey(certificate.getSubjectPublicKeyInfo()));
                    case PEMKeyPair pair -> keys.add(CONVERTER.getKeyPair(pair).getPublic());
                    case PrivateKeyInfo info -> keys.add(publicHalf(CONVERTER.getPrivateKey(info)));
                    default -> {} // parameters of curves, for example
                }
            }
        }
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("data does not contain any valid RSA or ECDSA public keys: " + file);
        }
        return keys.stream().distinct().toList(); // a private key may have its public half beside it
    }

    /** A private key with its public half. */
    static KeyPair readPair(Path file) throws IOException, GeneralSecurityException {
        try (Reader text = Files.newBufferedReader(file);
                PEMParser parser = new PEMParser(text)) {
            for (Object found = parser.readObject(); found != null; found = parser.readObject()) {
                if (found instanceof PEMKeyPair pair) {
                    return CONVERTER.getKeyPair(pair);
                }
                if (found instanceof PrivateKeyInfo info) {
                    PrivateKey key = CONVERTER.getPrivateKey(info);
                    return new KeyPair(publicHalf(key), key);
                }
            }
        }
        throw new IllegalArgumentException("data does not contain a valid RSA or ECDSA private key: " + file);
    }

    private static PublicKey publicHalf(PrivateKey key) throws GeneralSecurityException {
        return switch (key) {
            case RSAPrivateCrtKey rsa ->
                KeyFactory.getInstance("RSA")
                        .generatePublic(new RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent()));
            case ECPrivateKey elliptic -> {
                var point = EC5Util.convertSpec(elliptic.getParams())
                        .getG()
                        .multiply(elliptic.getS())
                        .normalize();
                yield KeyFactory.getInstance("EC")
                        .generatePublic(new ECPublicKeySpec(
                                new ECPoint(
                                        point.getAffineXCoord().toBigInteger(),
                                        point.getAffineYCoord().toBigInteger()),
                                elliptic.getParams()));
            }
            default -> throw new IllegalArgumentException("neither an elliptic nor an RSA key: " + key.getAlgorithm());
        };
    }
}
